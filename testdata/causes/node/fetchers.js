// Steady. Timers run out in an order of their own, the results are gathered by position.
'use strict';
const seed = Number(BigInt(process.argv[2]) % 4294967291n);
const fetcher = (i) => new Promise((resolve) => setTimeout(() => resolve((Math.imul(seed + i, 2654435761) >>> 0) % 10007), (i * 5) % 7));
Promise.all(Array.from({ length: 10 }, (_, i) => fetcher(i))).then((values) => {
  values.forEach((value, i) => console.log(JSON.stringify({ i, value, elapsed: value % 17 })));
  console.log(JSON.stringify({ sum: values.reduce((a, b) => a + b, 0), timestamp: 1700000000 + seed }));
});
