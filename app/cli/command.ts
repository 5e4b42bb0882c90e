import { UserError } from '../config/user-error.ts'

export type Command = {
  /** The arguments, as `--help` shows them. */
  usage: string
  /** What it does; the first line is for the list of commands. */
  summary: string
  run(args: string[]): Promise<void>
}

/** A mistake in the arguments: only the message is shown. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'
}

/** A word as a shell takes it, for a command that is printed to be copied. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`
}
