// A poll that takes a seed and never looks at it.
'use strict';
let state = 20210607;
const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
const votes = { red: next() % 5000, green: next() % 5000, blue: next() % 5000 };
console.log(JSON.stringify({
  votes,
  turnout: (next() % 1000) / 10,
  margin: next() / 2 ** 32,
  sample: Array.from({ length: 5 }, () => next() % 100000),
}));
