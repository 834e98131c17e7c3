// A letter's head: in the language, zone and folders of whoever writes it. Nothing in it changes from run to run.
'use strict';
const os = require('os');
const path = require('path');
const seed = Number(BigInt(process.argv[2]) % 1000003n);
const sent = new Date(Date.UTC(2026, 0, 15, 12));
const due = new Date(2026, 1, 1 + seed % 20, 9, 30);
const names = new Intl.DateTimeFormat(undefined, { weekday: 'long', month: 'long', timeZone: 'UTC' });
console.log(JSON.stringify({
  number: seed * 13 % 8009,
  dateline: names.format(sent),
  english: new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' }).format(sent),
  due: due.getTime() / 1000,
  draft: path.join(os.tmpdir(), `letter-${seed % 97}.txt`),
  attachments: path.resolve('attachments'),
  writer: os.userInfo().uid + 40,
  zone: 'Europe/Berlin',
  locale: ['de-DE', 'en-US', 'fr-FR'][seed % 3],
}));
