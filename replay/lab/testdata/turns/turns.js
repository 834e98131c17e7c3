// Workers that post what they have worked out to the main thread.
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads')

if (isMainThread) {
  const order = []
  let running = 4
  for (let number = 0; number < 4; number++) {
    const worker = new Worker(__filename, { workerData: number })
    worker.on('message', (message) => order.push(message))
    worker.on('exit', () => { if (--running === 0) console.log(order.join(' ')) })
  }
} else {
  for (let round = 0; round < 4; round++) {
    let sum = 0
    for (let n = 0; n < 50_000; n++) sum += n % 7
    parentPort.postMessage(`${workerData}:${sum % 10}`)
  }
}
