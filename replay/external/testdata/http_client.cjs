const http = require('http'), https = require('https');
const base = process.argv[2];
const lib = base.startsWith('https') ? https : http;
const agent = new lib.Agent({ keepAlive: true });
function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'Content-Type': 'application/json', Authorization: 'Bearer s3cr3t' } : {};
    const req = lib.request(url, { method, agent: body ? undefined : agent, headers }, (res) => {
      if (res.statusCode === 302) { res.resume(); return resolve(call(method, new URL(res.headers.location, url).href)); }
      let text = '';
      res.setEncoding('utf8').on('data', (d) => { text += d; }).on('end', () => resolve(text));
    });
    req.on('error', reject);
    req.end(body);
  });
}
(async () => {
  for (let i = 0; i < 2; i++) console.log(await call('GET', base + '/count'));
  console.log(await call('POST', base + '/echo', JSON.stringify({ b: 1, a: [2] })));
  console.log(await call('GET', base + '/redirect'));
  agent.destroy();
})().catch((e) => { console.error(e); process.exit(1); });
