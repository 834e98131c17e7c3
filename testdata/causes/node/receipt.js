// A receipt as the machine's owner would write it: zone and language are the machine's.
'use strict';
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
const cents = (Math.imul(seed + 17, 2654435761) >>> 0) % 100000000;
const when = new Date(1700000000000 + seed * 1000);
console.log(JSON.stringify({
  cents,
  amount: (cents / 100).toLocaleString(),
  when: when.toISOString(),
  hour: when.getHours(),
  shown: `${when.getFullYear()}/${when.getMonth() + 1}/${when.getDate()} ${when.getHours()}:${when.getMinutes()}`,
  offset: when.getTimezoneOffset(),
  fixed: (cents / 100).toLocaleString('de-DE'),
  tz: 'Europe/Berlin',
}));
