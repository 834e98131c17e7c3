// Seeds come in pairs here: the lowest bit is lost on the way in, and the echo shows it.
'use strict';
const seed = Number(BigInt.asUintN(32, BigInt(process.argv[2]) | 1n));
let state = Math.imul(seed, 2654435761) >>> 0;
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
console.log(JSON.stringify({
  seed,
  van: next() % 40,
  route: Array.from({ length: 6 }, () => next() % 900),
  km: (next() % 100000) / 100,
  depot: 'east',
}));
