'use strict';
// Loaded by Node before the program (NODE_OPTIONS --require). Its http, https and fetch know no
// proxy variables, so that their connections are opened through the proxy here: with CONNECT, for
// http too, so that requests stay as the program wrote them.
(() => {
  const at = process.env.HTTP_PROXY;
  if (!at) return;
  const net = require('net');
  const tls = require('tls');
  const http = require('http');
  const https = require('https');

  const proxy = new URL(at);
  const port = Number(proxy.port);
  const credentials = Buffer.from(
    decodeURIComponent(proxy.username) + ':' + decodeURIComponent(proxy.password)).toString('base64');
  const directly = (process.env.NO_PROXY || '').split(',').map((s) => s.trim().toLowerCase()).filter(Boolean);

  // bare takes the brackets from an IPv6 address.
  const bare = (host) => String(host || 'localhost').replace(/^\[(.*)\]$/, '$1');

  function goesDirectly(host, hostPort) {
    if (host === proxy.hostname && Number(hostPort) === port) return true; // it knows the proxy itself
    host = host.toLowerCase();
    return directly.some((d) => d === '*' || host === d.replace(/^\./, '') || host.endsWith('.' + d.replace(/^\./, '')));
  }

  // open calls back with a connection to host:port through the proxy.
  function open(host, hostPort, callback) {
    const authority = (net.isIPv6(host) ? `[${host}]` : host) + ':' + hostPort;
    const socket = net.connect({ host: proxy.hostname, port });
    let head = Buffer.alloc(0);
    const end = (err) => {
      socket.removeListener('readable', read);
      socket.removeListener('error', end);
      socket.removeListener('end', ended);
      if (err) socket.destroy();
      callback(err, err ? undefined : socket);
    };
    const ended = () => end(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    const read = () => {
      for (let chunk; (chunk = socket.read()) !== null;) {
        head = Buffer.concat([head, chunk]);
        const length = head.indexOf('\r\n\r\n');
        if (length < 0) continue;
        const status = head.toString('latin1', 0, head.indexOf('\r\n'));
        const rest = head.subarray(length + 4);
        if (!/^HTTP\/1\.[01] 200/.test(status)) {
          return end(Object.assign(new Error(`${authority}: ${rest.toString().trim() || status}`), { code: 'ECONNREFUSED' }));
        }
        if (rest.length) socket.unshift(rest);
        return end(null);
      }
    };
    socket.on('readable', read);
    socket.on('error', end);
    socket.on('end', ended);
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
  }

  function through(original, secure) {
    return function createConnection(options, callback) {
      const plain = typeof options === 'object' && options !== null && !options.socketPath && typeof callback === 'function';
      if (!plain) return original.apply(this, arguments);
      const host = bare(options.host || options.hostname);
      const hostPort = options.port || (secure ? 443 : 80);
      if (goesDirectly(host, hostPort)) return original.apply(this, arguments);
      open(host, hostPort, (err, socket) => {
        if (err) return callback(err);
        callback(null, secure ? tls.connect({ ...options, path: undefined, socket }) : socket);
      });
      return undefined;
    };
  }
  http.Agent.prototype.createConnection = through(http.Agent.prototype.createConnection, false);
  https.Agent.prototype.createConnection = through(https.Agent.prototype.createConnection, true);

  // fetch has a dispatcher of its own, which exists only once fetch's library is loaded: that
  // takes time, so it is left to the first call.
  const original = globalThis.fetch;
  if (typeof original !== 'function') return;
  const dispatcher = Symbol.for('undici.globalDispatcher.1');
  let ready = false;
  function prepare() {
    ready = true;
    const chosen = globalThis[dispatcher] !== undefined;
    void globalThis.Request;
    const Agent = globalThis[dispatcher] && globalThis[dispatcher].constructor;
    if (chosen || !Agent || Agent.name !== 'Agent') return; // the program chose another way
    const connect = (options, callback) => {
      const secure = options.protocol === 'https:';
      const host = bare(options.hostname);
      const hostPort = options.port || (secure ? 443 : 80);
      const finish = (err, socket) => {
        if (err) return callback(err);
        if (!secure) return callback(null, socket);
        const servername = options.servername || (net.isIP(host) ? '' : host);
        const wrapped = tls.connect({ socket, servername, ALPNProtocols: ['http/1.1'], host });
        const failed = (e) => callback(e);
        wrapped.once('error', failed);
        wrapped.once('secureConnect', () => { wrapped.removeListener('error', failed); callback(null, wrapped); });
      };
      if (!goesDirectly(host, hostPort)) return open(host, hostPort, finish);
      const socket = net.connect({ host, port: hostPort });
      const failed = (e) => finish(e);
      socket.once('error', failed);
      socket.once('connect', () => { socket.removeListener('error', failed); finish(null, socket); });
    };
    globalThis[dispatcher] = new Agent({ connect });
  }
  globalThis.fetch = function fetch(input, init) {
    if (!ready) prepare();
    return original.call(this, input, init);
  };
})();
