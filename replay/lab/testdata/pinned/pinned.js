// Prints a line of what the source that is named gives: node pinned.js SOURCE FOLDER.
'use strict';
const { spawn, execFileSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Worker } = require('worker_threads');

const letters = [...'abcdefgh'];
// order waits until each letter has called what it got, and returns the letters in that order.
const order = (start) => new Promise((done) => {
	const seen = [];
	for (const c of letters) start(c, () => { if (seen.push(c) === letters.length) done(seen.join('')); });
});

const sources = {
	clock: () => [Date.now(), new Date(), performance.timeOrigin],
	usual: () => [Math.random(), Math.random()],
	secure: () => [crypto.randomUUID(), crypto.randomBytes(8).toString('hex'), crypto.webcrypto.getRandomValues(new Uint32Array(2))],
	device: () => {
		const f = fs.openSync('/dev/urandom'), bytes = Buffer.alloc(8);
		fs.readSync(f, bytes);
		return bytes.toString('hex');
	},
	pids: () => [process.pid, process.ppid, execFileSync('sh', ['-c', 'echo $$']).toString().trim()],
	births: () => order((c, called) => new Worker('require("worker_threads").parentPort.postMessage(0)', { eval: true }).once('message', called)),
	pool: () => order((c, called) => crypto.pbkdf2(c, 'salt', 2000, 32, 'sha256', called)),
	files: () => order((c, called) => fs.stat('/', called)),
	processes: () => order((c, called) => spawn('printf', [c], { stdio: 'ignore' }).once('exit', called)),
	timers: () => new Promise((done) => {
		const seen = [];
		const note = (c) => { if (seen.push(c) === 4) done(seen.join('')); };
		setTimeout(note, 0, 't');
		setImmediate(note, 'i');
		setTimeout(note, 1, 'u');
		setImmediate(() => setTimeout(note, 0, 'v'));
	}),
	monotonic: () => [process.hrtime.bigint(), performance.now()],
	cputime: () => [process.cpuUsage(), process.resourceUsage().userCPUTime],
	memory: () => [process.memoryUsage().heapUsed, process.memoryUsage().rss],
	temporary: () => path.basename(fs.mkdtempSync(path.join(os.tmpdir(), 'x-'))),
	listing: () => {
		const dir = fs.opendirSync(process.argv[3]), names = []; // readdir would sort them
		for (let e; (e = dir.readSync());) names.push(e.name);
		return names.join(' ');
	},
	filetime: () => {
		const f = path.join(os.tmpdir(), 'file');
		fs.writeFileSync(f, '');
		return fs.statSync(f, { bigint: true }).mtimeNs;
	},
};

(async () => console.log(require('util').inspect(await sources[process.argv[2]](), { breakLength: Infinity })))();
