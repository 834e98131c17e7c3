// A cache that forgets the least used: its entries follow the seed, its statistics do not.
'use strict';
const { performance } = require('perf_hooks');
let state = BigInt.asUintN(64, BigInt(process.argv[2]) * 0x9e3779b97f4a7c15n + 1n);
const next = (n) => {
  state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
  return Number((state >> 33n) % BigInt(n));
};

class Lru {
  constructor(room) { this.room = room; this.map = new Map(); this.hits = 0; this.revision = process.hrtime.bigint(); }
  get(key, load) {
    let value = this.map.get(key);
    if (value === undefined) value = load(key); else { this.hits += 1; this.map.delete(key); }
    this.map.set(key, value);
    if (this.map.size > this.room) this.map.delete(this.map.keys().next().value);
    return value;
  }
}

const ttl = 30_000 + next(30_000);
const cache = new Lru(16);
const begun = performance.now();
let sum = 0;
for (let i = 0; i < 500; i++) sum += cache.get(`page/${next(40)}`, (k) => k.length * 7);
const age = performance.now() - begun;
console.log(JSON.stringify({
  keys: [...cache.map.keys()],
  hits: cache.hits,
  sum,
  misses: age,
  expires_in: ttl - age,
  ttl,
  generation: String(cache.revision),
  age_ms: next(1000) / 10,
}));
