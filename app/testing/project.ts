import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Environment, root } from '../config.ts'
import { commandsOf } from './commands.ts'
import { type Ended, endedProcess, startProcess } from './process.ts'

export type Project = {
  folder: string
  /** Replaces a piece of a file; fails if it is not there. */
  edit(file: string, from: string, to: string): void
  /** Runs a command on the project as it is now; see `runCommand`. */
  cli(words: string[], environment: Environment): Promise<Ended>
  /** Runs a process. */
  run(words: string[], environment: Environment): Promise<Ended>
  /** Undoes what was changed in its schema and its migrations. */
  reset(): void
  remove(): void
}

const copied = ['app', 'drizzle', 'drizzle.config.ts', 'package.json', 'tsconfig.json']
const linked = ['node_modules', 'public', 'views']

/** A copy of the project whose schema and migrations a test may change. */
export function copyProject(): Project {
  const folder = newFolder()
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
    cli: commandsOf(folder),
    run,
    reset: () => {
      rmSync(path.join(folder, 'drizzle'), { recursive: true })
      for (const name of ['drizzle', 'app/database/schema.ts'])
        cpSync(path.join(root, name), path.join(folder, name), { recursive: true })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The first that is free: Node and drizzle-kit keep what they compiled by its path, for the next copy there. */
function newFolder(number = 1): string {
  const folder = path.join(tmpdir(), `microblog-project-${number}`)
  try {
    mkdirSync(folder)
    return folder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return newFolder(number + 1)
  }
}
