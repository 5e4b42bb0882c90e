import { unspaced } from './characters.ts'

/** Lists show this many lines of a post, as the style sheet says, too. */
const maxLines = 10
/** Characters in a line of a list, about; those of East Asian scripts are twice as wide. */
const lineLength = 64
const wide = new RegExp(unspaced, 'gv')

/** True for a text that takes more lines than a list shows. */
export function isLong(text: string): boolean {
  if (text.length <= maxLines * 2) return false
  const lines = text.split('\n')
  const rows = (line: string) => Math.max(1, Math.ceil(line.replaceAll(wide, '..').length / lineLength))
  return lines.length > maxLines || lines.reduce((sum, line) => sum + rows(line), 0) > maxLines
}
