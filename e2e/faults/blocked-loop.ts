/** Loaded into a process before anything else (`node --import`): SIGURG blocks its event loop for two seconds. */
const never = new Int32Array(new SharedArrayBuffer(4))

process.on('SIGURG', () => void Atomics.wait(never, 0, 0, 2_000))
