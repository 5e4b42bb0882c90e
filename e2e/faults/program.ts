/** What every fault program has in common: its options, and the lines in which it says what held. */
import { parseArgs } from 'node:util'
import { engine } from '../../app/database/engine.ts'

export type FaultOptions = {
  /** As much as a test has time for. */
  quick: boolean
  rounds: number | null
}

/** Runs a fault on the engine of DATABASE_URL; the process ends with 1 if anything did not hold. */
export async function runFault(work: (options: FaultOptions) => Promise<void>): Promise<never> {
  const options = { quick: { type: 'boolean', default: false }, rounds: { type: 'string' } } as const
  const { values } = parseArgs({ options })
  try {
    await work({ quick: values.quick, rounds: values.rounds ? Number(values.rounds) : null })
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
  process.exit()
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
