// Post a journal whose every step carries the digest of the step before it. Fault: the second
// step reads the clock. Each later "previous" differs only because it is recomputed over that.
'use strict';
const { createHash } = require('node:crypto');
const { seeded, between } = require('./seeded.js');

/** Writes a value with its keys sorted and no white space. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join(',')}}`;
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const random = seeded(process.argv[2]);
const accounts = ['bank', 'rent', 'sales', 'wages'];
let previous = null;

for (let step = 1; step <= 6; step++) {
  const entry = {
    step,
    debit: accounts[between(random, 0, 2)],
    credit: accounts[between(random, 2, 4)],
    cents: between(random, 100, 500000),
    previous: previous && sha256(canonical(previous)),
  };
  if (step === 2) entry.posted_at = new Date().toISOString();
  console.log(JSON.stringify(entry));
  previous = entry;
}
