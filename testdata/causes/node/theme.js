// A theme by a variable that is not set here, a layout by home, and a draft's name by the process.
'use strict';
const path = require('path');
const os = require('os');
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
const mode = process.env.NODE_ENV || 'development';
console.log(JSON.stringify({
  page: (Math.imul(seed, 2654435761) >>> 0) % 10000,
  cache_seconds: mode === 'production' ? 3600 : 0,
  layout: path.join(os.homedir(), 'layouts', `l${seed % 5}`),
  version: process.pid,
  path: `/srv/themes/${seed % 90}`,
}));
