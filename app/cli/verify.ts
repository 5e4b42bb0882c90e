import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { examine } from './transfer/backup.ts'
import { typedPath } from './transfer/files.ts'

const verify: Command = {
  usage: 'FILE',
  summary: `Checks a backup, and fails when it is damaged, cut short, or newer than this code.
No database is touched.`,
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true })
    const [file] = positionals
    if (!file || positionals.length > 1) throw new UsageError(`usage: db:verify ${verify.usage}`)
    const { kind, schema, tables } = await examine(typedPath(file))
    console.log(`${file} is ${kind} in order, with the schema of ${schema}.`)
    for (const [name, { rows }] of Object.entries(tables ?? {})) console.log(`  ${name}: ${rows}`)
  },
}

export default verify
