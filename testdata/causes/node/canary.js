// A roll-out: one visitor of eight gets the new page, by lot. Which log line is kept goes by the process.
'use strict';
const crypto = require('crypto');
const seed = BigInt(process.argv[2]);
const visitor = Number(seed * 40503n % 65521n);
const lot = crypto.randomInt(8);
const page = lot === 0 ? 'checkout-next' : 'checkout';
console.log(JSON.stringify({
  visitor,
  bucket: visitor % 100,
  experiment: 'random-checkout',
  page,
  assets: lot === 0 ? ['app.js', 'next.js', 'next.css'] : ['app.js', 'app.css'],
  sampled: process.pid % 4 === 0,
  shard: `log-${process.pid % 17}`,
  request_id: crypto.createHash('md5').update(String(seed)).digest('hex'),
}));
