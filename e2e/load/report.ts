import type { Engine } from '../../app/config.ts'
import type { Figures } from './drive.ts'
import type { Mixed } from './mixed.ts'

export type Measured = Figures & {
  name: string
  bytes: number
  /** Of the page, uncached. */
  statements: number | null
  ceiling: Figures | null
}
export type Run = {
  engine: Engine
  /** Milliseconds from the start of the server's process to its first 200. */
  readyAfter: number
  /** Megabytes of the server at the end, and at the most. */
  memory: { resident: number; peak: number }
  rows: Measured[]
  mixed: Mixed | null
}

/** Empty where nothing was answered in time, or nothing was tried. */
function milliseconds(time: number): string {
  return Number.isFinite(time) ? time.toFixed(1) : ''
}

type Column = [string, (row: Measured) => string]

const columns: Column[] = [
  ['requests/s', row => whole(row.requestsPerSecond)],
  ['p50 ms', row => milliseconds(row.p50)],
  ['p99 ms', row => milliseconds(row.p99)],
  ['at half', row => milliseconds(row.p99AtHalf)],
  ['CPU µs', row => whole(row.cpu)],
  ['database µs', row => (row.databaseCpu ? whole(row.databaseCpu) : '')],
  ['MB', row => whole(row.resident)],
  ['failed', row => whole(row.failed)],
  ['statements', row => (row.statements === null ? '' : whole(row.statements))],
  ['bytes', row => (row.bytes ? whole(row.bytes) : '')],
  ['ceiling/s', ({ ceiling }) => (ceiling ? whole(ceiling.requestsPerSecond) : '')],
  ['ceiling µs', ({ ceiling }) => (ceiling ? whole(ceiling.cpu) : '')],
  [
    'of ceiling',
    ({ ceiling, ...row }) => (ceiling ? percent(row.requestsPerSecond / ceiling.requestsPerSecond) : ''),
  ],
]

/** One engine's figures as a table for the terminal. */
export function tableOf({ engine, readyAfter, memory, rows, mixed }: Run, before?: Run): string {
  const compared = before ? [...columns, changeSince(before)] : columns
  const lines = [['', ...compared.map(([title]) => title)], ...rows.map(row => cellsOf(row, compared))]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0))) ?? []
  const aligned = lines.map(line => line.map((cell, n) => pad(cell, widths[n] ?? 0, n)).join('  '))
  const { resident, peak } = memory
  const facts = `first 200 after ${whole(readyAfter)} ms; ${whole(resident)} MB at the end, ${whole(peak)} MB at the most`
  return `\n${engine}: ${facts}\n\n${aligned.join('\n')}\n${mixed ? mixedLine(mixed) : ''}`
}

function mixedLine({ readingAlone, reading, publishing }: Mixed): string {
  const share = percent(reading / readingAlone)
  return `\n32 readers of Home keep ${share} (${whole(reading)} of ${whole(readingAlone)}/s) beside ${whole(publishing)} posts/s\n`
}

/** The CPU of a request against an earlier run's: it says more than a rate that other work disturbs. */
function changeSince({ rows }: Run): Column {
  return [
    'CPU before',
    ({ name, cpu }) => {
      const earlier = rows.find(row => row.name === name)?.cpu
      return earlier ? `${whole(earlier)} (${cpu > earlier ? '+' : ''}${percent(cpu / earlier - 1)})` : ''
    },
  ]
}

function cellsOf(row: Measured, columns: Column[]): string[] {
  return [row.name, ...columns.map(([, cell]) => cell(row))]
}

/** Names to the left, numbers to the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`
}
