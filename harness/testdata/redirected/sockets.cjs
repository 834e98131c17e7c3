// Asks with net, tls or http2, none of which goes through an agent.
const net = require('net'), tls = require('tls'), http2 = require('http2');
const how = process.argv[2], base = new URL(process.argv[3]);
if (how === 'http2') {
  const client = http2.connect(base);
  client.on('error', (e) => { console.log(e.message); process.exit(1); });
  const lines = []; // in no order of arrival
  for (const path of ['/a', '/b', '/c']) {
    let text = '';
    client.request({ ':path': path }).setEncoding('utf8').on('data', (d) => { text += d; }).on('end', () => {
      if (lines.push(path + ' ' + text) < 3) return;
      console.log(lines.sort().join('\n'));
      client.close();
    });
  }
} else {
  const socket = how === 'tls'
    ? tls.connect({ host: base.hostname, port: base.port, servername: net.isIP(base.hostname) ? '' : base.hostname })
    : net.connect(base.port, base.hostname);
  socket.write('GET /a HTTP/1.1\r\nHost: ' + base.host + '\r\nConnection: close\r\n\r\n');
  let text = '';
  socket.setEncoding('utf8').on('data', (d) => { text += d; }).on('end', () => {
    console.log(text.split('\r\n\r\n')[1], base.hostname === 'localhost' ? '' : socket.remoteAddress);
  });
  socket.on('error', (e) => { console.log(e.message); process.exit(1); });
}
