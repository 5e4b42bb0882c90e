import process from 'node:process'

export type ProgressBar = { show(share: number, more?: string): void; clear(): void }

const width = 30

/** A progress bar on a terminal, drawn ten times a second at most; nothing where standard error is no terminal. */
export function progressBar(what: string): ProgressBar {
  if (!process.stderr.isTTY) return { show() {}, clear() {} }
  let drawn = 0
  return {
    show(share, more = '') {
      if (Date.now() - drawn < 100) return
      drawn = Date.now()
      const done = Math.min(width, Math.round(share * width))
      const bar = '█'.repeat(done) + '░'.repeat(width - done)
      process.stderr.write(`\r\x1b[K${what} ${bar} ${Math.round(share * 100)} % ${more}`)
    },
    clear() {
      if (drawn > 0) process.stderr.write('\r\x1b[K')
    },
  }
}
