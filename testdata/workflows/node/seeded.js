// A generator that the seed's text decides, so that seeds above 2^53 stay apart.
'use strict';
const { createHash } = require('node:crypto');

/** Returns a function that draws numbers in [0, 1), by mulberry32 over the first word of a hash of the seed. */
function seeded(seed) {
  let state = createHash('sha256').update(String(seed)).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Draws an integer from low up to, not including, high. */
const between = (random, low, high) => low + Math.floor(random() * (high - low));

module.exports = { seeded, between };
