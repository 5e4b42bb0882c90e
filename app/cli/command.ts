import { UserError } from '../config/user-error.ts'

export type Command = {
  /** What follows the command's name. */
  usage: string
  summary: string
  run(words: string[]): Promise<void>
}

/** A mistake in what was typed: the sentence is all that is shown. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'
}
