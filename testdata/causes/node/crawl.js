// Workers crawl; the order in which they report is theirs. Pages are counted, and counted rightly.
'use strict';
const { Worker, isMainThread, workerData, parentPort } = require('worker_threads');
if (!isMainThread) {
  let n = workerData.seed;
  for (let i = 0; i < 20000; i++) n = (Math.imul(n, 1103515245) + 12345) >>> 0;
  parentPort.postMessage({ site: workerData.site, pages: n % 500 });
} else {
  const seed = Number(BigInt(process.argv[2]) % 4294967291n);
  const done = [];
  for (const site of ['a', 'b', 'c', 'd', 'e']) {
    new Worker(__filename, { workerData: { site, seed: seed * 31 + site.charCodeAt(0) } }).on('message', (m) => {
      done.push(m);
      if (done.length < 5) return;
      console.log(JSON.stringify({
        sequence: done.map((d) => d.site),
        last: done[4].site,
        pages: done.reduce((s, d) => s + d.pages, 0),
        by_site: Object.fromEntries(done.map((d) => [d.site, d.pages]).sort()),
        random_start: (Math.imul(seed, 69069) >>> 0) % 100,
      }));
    });
  }
}
