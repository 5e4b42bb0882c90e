/** What went wrong, for a person at a prompt. */
import { styleText } from 'node:util'
import { UserError } from '../../config/user-error.ts'
import { root } from '../../config.ts'
import { errorCode } from '../../database/errors.ts'
import { describe } from './redact.ts'
import { oneLine } from './text.ts'

/**
 * One sentence: of a failed statement the database's own words, without the SQL and the values in it,
 * among which there may be a hash.
 */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return `this was thrown: ${describe(error)}`
  if (error instanceof UserError) return error.message
  if (error.cause instanceof Error && error.message.startsWith('Failed query')) return sentenceOf(error.cause)
  if (error instanceof AggregateError && !error.message) return error.errors.map(sentenceOf).join(', ')
  const { hint } = error as { hint?: unknown }
  const code = errorCode(error)
  const ending = `${code ? ` (${code})` : ''}${typeof hint === 'string' ? ` ${hint}` : ''}`
  return oneLine(`${error.name}: ${error.message}${ending}`)
}

/** Where in the project it was thrown, innermost first; nothing of the shell itself or of packages. */
function placesOf(error: unknown): string[] {
  const frames = error instanceof Error ? String(error.stack).split('\n') : []
  return frames
    .filter(frame => /^\s+at /.test(frame) && frame.includes(`${root}/app/`))
    .filter(frame => !/\/app\/(shell|cli|database)[/.]/.test(frame))
    .slice(0, 3)
    .map(frame => frame.replace('file://', '').replace(`${root}/`, ''))
}

/** The sentence, and below it where it was thrown. */
export function formatError(error: unknown, colors: boolean): string {
  const paint = (format: 'red' | 'dim', text: string) =>
    colors ? styleText(format, text, { validateStream: false }) : text
  return [paint('red', sentenceOf(error)), ...placesOf(error).map(place => paint('dim', place))].join('\n')
}
