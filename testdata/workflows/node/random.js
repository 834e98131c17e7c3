// Route deliveries. Fault: a session token out of Math.random, which node can't seed.
'use strict';
const { seeded, between } = require('./seeded.js');

const piece = () => Math.random().toString(36).slice(2, 12).padEnd(10, '0'); // a number may be short
const token = () => piece() + piece();
const distance = (a, b) => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

/** Orders the stops by always driving to the nearest one left. */
function route(depot, stops) {
  const left = [...stops];
  const visited = [];
  for (let here = depot; left.length > 0; here = visited.at(-1)) {
    left.sort((a, b) => distance(here, a) - distance(here, b) || a.stop - b.stop);
    visited.push(left.shift());
  }
  return visited;
}

const random = seeded(process.argv[2]);
const place = (stop) => ({ stop, x: between(random, 0, 100), y: between(random, 0, 100) });
const depot = place(0);
console.log(JSON.stringify({ event: 'session', key: token(), vehicles: 3 }));
for (let vehicle = 1; vehicle <= 3; vehicle++) {
  const stops = route(depot, Array.from({ length: 12 }, (_, n) => place(n + 1)));
  const km = stops.reduce((sum, s, n) => sum + distance(n ? stops[n - 1] : depot, s), 0) / 10;
  console.log(JSON.stringify({ event: 'route', vehicle, order: stops.map((s) => s.stop), km }));
}
