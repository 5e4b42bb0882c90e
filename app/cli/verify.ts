import { parseArgs } from 'node:util'
import { type Command, UsageError } from './command.ts'
import { examine } from './transfer/backup.ts'
import { typedPath } from './transfer/files.ts'

const verify: Command = {
  usage: 'FILE',
  summary: `Checks a backup, and fails when it is damaged, cut short, or newer than this code.
A digest finds every changed byte; backups of SQLite made before 2026-11-29 have none, which is said.
No database is touched.`,
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true })
    const [file] = positionals
    if (!file || positionals.length > 1) throw new UsageError(`usage: db:verify ${verify.usage}`)
    const { kind, schema, tables, pictures, hasDigest } = await examine(typedPath(file))
    console.log(`${file} is ${kind} in order, with the schema of ${schema}.`)
    if (!hasDigest)
      console.log(
        'It has no digest, being older than those or a plain copy: a changed letter is not noticed.',
      )
    if (!pictures) console.log('It was made without the files of pictures.')
    for (const [name, { rows }] of Object.entries(tables ?? {})) console.log(`  ${name}: ${rows}`)
    if (pictures)
      console.log(`  files of pictures: ${pictures.files} (${pictures.bytes.toLocaleString('en')} bytes)`)
    if (pictures && pictures.missing > 0)
      console.log(`  … ${pictures.missing} more were missing when it was made`)
  },
}

export default verify
