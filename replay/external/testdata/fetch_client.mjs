const base = process.argv[2];
for (let i = 0; i < 2; i++) console.log(await (await fetch(base + '/count')).text());
const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer s3cr3t' };
console.log(await (await fetch(base + '/echo', { method: 'POST', headers, body: JSON.stringify({ b: 1, a: [2] }) })).text());
console.log(await (await fetch(base + '/redirect')).text());
