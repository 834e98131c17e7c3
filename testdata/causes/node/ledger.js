// Steady. Streams, timers, a hash over sorted keys, and a Map in the order of its writing.
'use strict';
const crypto = require('crypto');
const { Readable } = require('stream');
const { setTimeout: after } = require('timers/promises');
const seed = BigInt(process.argv[2]);
const drawn = (i) => Number(BigInt.asUintN(64, (seed + BigInt(i)) * 0x9e3779b97f4a7c15n) >> 40n);

async function main() {
  const entries = new Map();
  for await (const i of Readable.from([3, 1, 4, 1, 5, 9, 2, 6])) {
    await after(drawn(i) % 2);
    entries.set(`acct-${drawn(i) % 7}`, (entries.get(`acct-${drawn(i) % 7}`) ?? 0) + drawn(i) % 500);
  }
  const settled = await Promise.allSettled([after(3, 'slow'), after(1, 'fast'), Promise.reject(new Error('late'))]);
  console.log(JSON.stringify({
    balance: Object.fromEntries(entries),
    settled: settled.map((s) => s.value ?? s.reason.message),
    etag: crypto.createHash('sha1').update(JSON.stringify([...entries].sort())).digest('base64'),
    elapsed_ms: drawn(77) / 1000,
    pid: drawn(78) % 32768,
    posted: new Date(1.7e12 + drawn(79)).toISOString(),
    nonce: drawn(80).toString(36),
  }));
}
main();
