import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { environment, readConfig } from '../config.ts'
import {
  DataLossRefused,
  MigrationRefused,
  rollBack,
  type Target,
} from '../database/migrations/migrations.ts'
import type { Command } from './command.ts'

const rollback: Command = {
  usage: '[--steps N | --to NAME | --all] [--yes]',
  summary: `Rolls back the last migration, or more, newest first, with their down.sql: all of them or none.
  --steps N   that many
  --to NAME   until this one is the last that is applied
  --all       back to an empty schema
  --yes       continue although rows will be lost`,
  async run(words) {
    const options = {
      steps: { type: 'string' },
      to: { type: 'string' },
      all: { type: 'boolean' },
      yes: { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args: words, options })
    const { database } = readConfig(environment)
    const target = targetOf(values)
    try {
      report(await rollBack(database, target, losses => values.yes && say('Lost', losses)))
    } catch (error) {
      if (!(error instanceof DataLossRefused) || !process.stdin.isTTY || !(await agrees(error))) throw error
      report(await rollBack(database, target, losses => say('Lost', losses)))
    }
  },
}

function targetOf({ steps, to, all }: { steps?: string; to?: string; all?: boolean }): Target {
  if ([steps, to, all].filter(Boolean).length > 1)
    throw new MigrationRefused('give only one of --steps, --to and --all')
  if (all) return 'all'
  if (to !== undefined) return { to }
  if (steps !== undefined && !/^[1-9]\d{0,5}$/.test(steps))
    throw new MigrationRefused(`--steps takes a number, not "${steps}"`)
  return { steps: Number(steps ?? 1) }
}

function say(verb: string, losses: DataLossRefused['losses']): true {
  for (const { words } of losses) console.log(`  ${verb} ${words}`)
  return true
}

async function agrees({ losses }: DataLossRefused): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const words = losses.map(loss => loss.words).join(', ')
  const answer = await terminal.question(`This will lose ${words}. Continue? (yes or no) `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

function report(names: string[]): void {
  for (const name of names) console.log(`  rolled back ${name}`)
  if (names.length === 0) console.log('There is nothing to roll back.')
}

export default rollback
