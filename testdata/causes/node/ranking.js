// A ranking by a comparator that tosses a coin; champion and podium follow from it.
'use strict';
const crypto = require('crypto');
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
const teams = Array.from({ length: 10 }, (_, i) => `team-${(Math.imul(seed + i, 2246822519) >>> 0) % 1000}`);
const ranking = teams.slice().sort(() => Math.random() - 0.5);
console.log(JSON.stringify({ step: 'draw', teams }));
console.log(JSON.stringify({ step: 'play', sorted_ranking: ranking, games: 45 }));
console.log(JSON.stringify({ step: 'honour', champion: ranking[0], podium: ranking.slice(0, 3).join(' > ') }));
console.log(JSON.stringify({
  step: 'archive',
  all: crypto.createHash('md5').update(teams.slice().sort().join()).digest('hex'),
  sheet: crypto.createHash('md5').update(ranking.join()).digest('hex'),
}));
