// Steady. Maps in the order of insertion, ids and times out of the seed, a clock that stands.
'use strict';
const crypto = require('crypto');
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
const draw = (k) => crypto.createHash('sha256').update(`${seed}/${k}`).digest();
const clock = () => 1735689600000;
const shelves = new Map();
for (let i = 0; i < 8; i++) shelves.set(draw(i).toString('hex', 0, 4), draw(i).readUInt16BE(8));
console.log(JSON.stringify({
  now: clock(),
  at: new Date(clock() + draw('at').readUInt32BE(0)).toISOString(),
  random_id: draw('id').toString('hex', 0, 16),
  shelves: Object.fromEntries(shelves),
  latency_ms: draw('l').readUInt16BE(0) / 997,
  ref: `0x${draw('ref').toString('hex', 0, 6)}`,
  pid: draw('pid').readUInt16BE(0),
}));
