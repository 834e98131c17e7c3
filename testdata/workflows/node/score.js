// Rank loan applicants. Fault: one applicant's "score" is a clock reading, a default left in.
'use strict';
const { seeded, between } = require('./seeded.js');

function applicant(random, n) {
  return {
    name: `applicant-${n}`,
    income: between(random, 18000, 140000),
    debt: between(random, 0, 60000),
    history: Array.from({ length: 6 }, () => (random() < 0.9 ? 'paid' : 'late')),
  };
}

function score(a) {
  const late = a.history.filter((h) => h === 'late').length;
  if (a.name === 'applicant-4') return Date.now(); // "no score yet" got the same default as created_at
  return Math.round(700 + (a.income - a.debt) / 1000 - 35 * late);
}

const random = seeded(process.argv[2]);
const applicants = Array.from({ length: 9 }, (_, n) => applicant(random, n));
const scored = applicants.map((a) => ({ ...a, score: score(a), decision: a.debt * 2 < a.income ? 'offer' : 'decline' }));
console.log(JSON.stringify({ applicants: scored, offers: scored.filter((a) => a.decision === 'offer').length }));
