/** What every fault program has in common: its options, and the lines in which it says what held. */
import { parseArgs } from 'node:util'
import { engine } from '../../app/database/engine.ts'

export type FaultOptions = {
  /** As much as a test has time for. */
  quick: boolean
  rounds: number | null
  /** How many requests fuzz makes, and the seed that they come from. */
  requests: number | null
  seed: number | null
}

/** Runs a fault on the engine of DATABASE_URL; the process ends with 1 if anything did not hold. */
export async function runFault(work: (options: FaultOptions) => Promise<void>): Promise<never> {
  // Ending it ends the processes that it has started, too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  try {
    await work(givenOptions())
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
  process.exit()
}

function givenOptions(): FaultOptions {
  const text = { type: 'string' } as const
  const options = {
    quick: { type: 'boolean', default: false },
    rounds: text,
    requests: text,
    seed: text,
  } as const
  const { quick, ...texts } = parseArgs({ options }).values
  const number = (given: string | undefined) => (given ? Number(given) : null)
  return {
    quick,
    rounds: number(texts.rounds),
    requests: number(texts.requests),
    seed: number(texts.seed),
  }
}

/** One line a claim: whether it held, and by how much. */
export function claim(words: string, holds: boolean, figures = ''): void {
  console.log(`${holds ? '✔' : '✖'} ${engine}: ${words}${figures && ` (${figures})`}`)
  if (!holds) process.exitCode = 1
}

/** A claim that nothing is wrong; of what is, the first few. */
export function claimNone(words: string, wrong: string[], figures = ''): void {
  claim(words, wrong.length === 0, figures)
  for (const line of wrong.slice(0, 10)) console.log(`    ${line}`)
  if (wrong.length > 10) console.log(`    … and ${wrong.length - 10} more`)
}

/** Says what does not apply here, and why; it is no failure. */
export function leaveOut(words: string, why: string): void {
  console.log(`– ${engine}: ${words}: ${why}`)
}
