import { parseArgs } from 'node:util'
import { environment, readConfig } from '../config.ts'
import { DataLossRefused, MigrationRefused } from '../database/migrations/failures.ts'
import { rollBack, type Target } from '../database/migrations/migrations.ts'
import { askYesOrNo, isAtTerminal } from './ask.ts'
import type { Command } from './command.ts'

const rollback: Command = {
  usage: '[--steps N | --to NAME | --all] [--yes]',
  summary: `Rolls back the last migration, or more, newest first, with their down.sql: all of them or none.
  --steps N   that many
  --to NAME   until this one is the last that is applied
  --all       back to an empty schema
  --yes       continue although rows will be lost`,
  async run(args) {
    const options = {
      steps: { type: 'string' },
      to: { type: 'string' },
      all: { type: 'boolean' },
      yes: { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args, options })
    const { database } = readConfig(environment)
    const target = targetOf(values)
    try {
      reportRollback(await rollBack(database, target, losses => values.yes && reportLosses(losses)))
    } catch (error) {
      if (!(error instanceof DataLossRefused) || !isAtTerminal() || !(await confirm(error))) throw error
      reportRollback(await rollBack(database, target, reportLosses))
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

function reportLosses(losses: DataLossRefused['losses']): true {
  for (const { description } of losses) console.log(`  Lost ${description}`)
  return true
}

function confirm({ losses }: DataLossRefused): Promise<boolean> {
  return askYesOrNo(`This will lose ${losses.map(({ description }) => description).join(', ')}. Continue?`)
}

function reportRollback(names: string[]): void {
  for (const name of names) console.log(`  rolled back ${name}`)
  if (names.length === 0) console.log('There is nothing to roll back.')
}

export default rollback
