// Export contacts. Standard output is steady. Fault: the artifact's last line has the time of day.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { seeded, between } = require('./seeded.js');

const FIRST = ['Ada', 'Bo', 'Cem', 'Dara', 'Eva', 'Finn', 'Gita'];
const LAST = ['Novak', 'Silva', 'Okafor', 'Lind', 'Moreau'];

const random = seeded(process.argv[2]);
const pick = (list) => list[between(random, 0, list.length)];
const contacts = Array.from({ length: 40 }, (_, n) => ({
  id: 1000 + n,
  name: `${pick(FIRST)} ${pick(LAST)}`,
  since: new Date(Date.UTC(2015, between(random, 0, 120), 1)).toISOString().slice(0, 10),
}));

const out = process.env.SHADOWRUN_OUT;
if (out) {
  const rows = contacts.map((c) => `${c.id},${c.name},${c.since}`);
  const footer = `# ${rows.length} contacts, ${new Date().toISOString()}`;
  fs.writeFileSync(path.join(out, 'contacts.csv'), ['id,name,since', ...rows, footer, ''].join('\n'));
}
const families = Object.fromEntries(LAST.map((l) => [l, contacts.filter((c) => c.name.endsWith(l)).length]));
console.log(JSON.stringify({ exported: contacts.length, first: contacts[0], families }));
