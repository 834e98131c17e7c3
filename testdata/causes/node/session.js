// A log-in: the session's id is entropy, the cookie dies by the clock, the token over the id is keyed by the seed.
'use strict';
const crypto = require('crypto');
const seed = BigInt(process.argv[2]);
const drawn = (label) => crypto.createHash('sha256').update(`${seed}/${label}`).digest();
const key = drawn('key');
const ttl = 600 + drawn('ttl').readUInt16BE(0) % 3000;
const id = crypto.randomUUID();
const csrf = crypto.createHmac('sha256', key).update(id).digest('base64url').slice(0, 22);
const expires = new Date(Date.now() + ttl * 1000);
console.log(JSON.stringify({
  rate: { window: Math.floor(Date.now() / 5) % 720, left: 1 + drawn('left')[0] % 60 },
  user: { name: `user${drawn('user').readUInt16BE(0)}`, uuid: drawn('uuid').toString('hex', 0, 16), last_seen: 1.7e12 + drawn('seen').readUInt32BE(0) },
  session: { index: id, csrf, ttl },
  cookie: { expires: expires.toISOString(), header: `sid=${id}; Path=/; Max-Age=${ttl}; HttpOnly` },
}));
