// A tuner: as much work as fits into four milliseconds decides the batch.
'use strict';
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
const begun = process.hrtime.bigint();
let rounds = 0;
let h = seed >>> 0;
while (process.hrtime.bigint() - begun < 4000000n) {
  h = (Math.imul(h ^ rounds, 16777619)) >>> 0;
  rounds++;
}
const started = performance.now();
for (let i = 0; i < 300000; i++) h = (Math.imul(h ^ i, 16777619)) >>> 0;
console.log(JSON.stringify({
  model: ['s', 'm', 'l'][seed % 3],
  batch: rounds,
  score: performance.now() - started,
  learning_rate: ((Math.imul(seed, 48271) >>> 0) % 1000) / 1e5,
  duration_ms: 12.5 + (seed % 40),
}));
