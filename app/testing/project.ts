import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Environment, root } from '../config.ts'
import { type Ended, endedProcess, startProcess } from './process.ts'

export type Project = {
  folder: string
  /** Replaces a piece of a file; fails if it is not there. */
  edit(file: string, from: string, to: string): void
  cli(words: string[], environment: Environment): Promise<Ended>
  run(words: string[], environment: Environment): Promise<Ended>
  /** Undoes what was changed in its schema and its migrations. */
  reset(): void
  remove(): void
}

const copied = ['app', 'drizzle', 'drizzle.config.ts', 'package.json', 'tsconfig.json']
const linked = ['node_modules', 'public', 'views']

/** A copy of the project whose schema and migrations a test may change. */
export function copyProject(): Project {
  const folder = mkdtempSync(path.join(tmpdir(), 'microblog-project-'))
  for (const name of copied) cpSync(path.join(root, name), path.join(folder, name), { recursive: true })
  for (const name of linked) symlinkSync(path.join(root, name), path.join(folder, name))
  const run = (words: string[], environment: Environment) =>
    endedProcess(startProcess(words, { PATH: process.env['PATH'], ...environment }, { cwd: folder }))
  return {
    folder,
    edit: (file, from, to) => {
      const text = readFileSync(path.join(folder, file), 'utf8')
      if (!text.includes(from)) throw new Error(`${file} does not say ${from}`)
      writeFileSync(path.join(folder, file), text.replace(from, to))
    },
    cli: (words, environment) => run([path.join(folder, 'app/cli.ts'), ...words], environment),
    run,
    reset: () => {
      rmSync(path.join(folder, 'drizzle'), { recursive: true })
      for (const name of ['drizzle', 'app/database/schema.ts'])
        cpSync(path.join(root, name), path.join(folder, name), { recursive: true })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
