// Extract meter readings, reject bad ones, aggregate by meter. Steady; writes an artifact.
// Decoy: the three stages run concurrently and finish in any order; what is printed doesn't show it.
'use strict';
const fs = require('node:fs/promises');
const path = require('node:path');
const { seeded, between } = require('./seeded.js');

function extract(random) {
  return Array.from({ length: 300 }, (_, row) => ({
    row,
    meter: `M-${between(random, 1, 9)}`,
    kwh: random() < 0.05 ? null : Math.round(random() * 5000) / 100,
    timestamp: Date.UTC(2026, 0, 1) + row * 900000,
  }));
}

async function aggregate(meter, rows) {
  await new Promise((resolve) => setTimeout(resolve, rows.length % 7)); // a slow partition
  const kwh = rows.reduce((sum, r) => sum + r.kwh, 0);
  return { meter, readings: rows.length, kwh, mean: kwh / rows.length, last: rows.at(-1).timestamp };
}

async function main() {
  const rows = extract(seeded(process.argv[2]));
  const good = rows.filter((r) => r.kwh !== null);
  const meters = [...new Set(good.map((r) => r.meter))].sort();
  const totals = await Promise.all(meters.map((m) => aggregate(m, good.filter((r) => r.meter === m))));
  if (process.env.SHADOWRUN_OUT) {
    const lines = totals.map((t) => `${t.meter},${t.readings},${t.kwh.toFixed(2)}`);
    await fs.writeFile(path.join(process.env.SHADOWRUN_OUT, 'totals.csv'), ['meter,readings,kwh', ...lines, ''].join('\n'));
  }
  const rejected = rows.filter((r) => r.kwh === null).map((r) => r.row);
  console.log(JSON.stringify({ rows: rows.length, rejected, totals }, null, 1));
}

main();
