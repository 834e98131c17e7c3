// A check-out: the order's number is the clock, the fee is chance, the elapsed time is neither.
'use strict';
const crypto = require('crypto');
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
let state = (seed * 2654435761) >>> 0;
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
const amount = 1000 + next() % 9000;
const fee = Math.floor(Math.random() * 1e6);
const nonce = crypto.randomBytes(8).toString('hex');
const body = { amount, nonce };
console.log(JSON.stringify({
  number: Date.now(),
  amount,
  fee,
  elapsed_ms: (next() % 100000) / 1000,
  created_at: new Date(1.76e12 + next()).toISOString(),
  nonce,
  etag: crypto.createHash('sha256').update(JSON.stringify(body)).digest('hex'),
  request_id: [next(), next(), next()].map((n) => n.toString(16).padStart(8, '0')).join('-'),
}));
