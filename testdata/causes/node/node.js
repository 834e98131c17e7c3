// What a node of a cluster says of itself: each line is the machine's, not the seed's.
'use strict';
const os = require('os');
const crypto = require('crypto');
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
const md5 = (s) => crypto.createHash('md5').update(s).digest();
const slots = os.availableParallelism();
const items = Array.from({ length: 12 }, (_, i) => (Math.imul(seed + i, 2654435761) >>> 0) % 1000);
const parts = Array.from({ length: slots }, (_, k) => items.filter((_, i) => i % slots === k).reduce((a, b) => a + b, 0));
console.log(JSON.stringify({
  items,
  region: os.hostname(),
  ring: md5(os.hostname()).readUInt32BE(0) % 4093,
  partial: parts,
  sum: items.reduce((a, b) => a + b, 0),
  account: os.userInfo().username,
  cores: os.cpus().length,
  mask: process.umask().toString(8),
}));
