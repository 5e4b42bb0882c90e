/** Text as it is stored, and as it is compared. */
import { domainToASCII } from 'node:url'

/** Well-formed Unicode, line ends as `\n`, without control characters, which PostgreSQL or a terminal may not accept. */
export function sanitizeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, character =>
      character === '\n' || character === '\t' ? character : '',
    )
}

/** A character that shows something, for a regular expression with the flag `u`. */
export const visible = String.raw`[^\s\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]`
const hasVisible = new RegExp(visible, 'u')

/** True for text of nothing but spaces and invisible characters. */
export function isBlank(text: string): boolean {
  return !hasVisible.test(text)
}

/** More marks on a character run over the lines around it; the scripts that stack them need fewer. */
const surplusMarks = /(\p{M}{8})\p{M}+/gu

/** A text as it is published: nothing blank around it, at most two blank lines in a row, and eight marks on a character. */
export function normalizeText(text: string): string {
  const lines = text.replaceAll(surplusMarks, '$1').split('\n')
  const isSurplus = (at: number) => at >= 2 && lines.slice(at - 2, at + 1).every(isBlank)
  return lines
    .filter((_, at) => !isSurplus(at))
    .join('\n')
    .trim()
}

/** The same for a text of one line; null if nothing in it shows. */
export function normalizeLine(text: string | null | undefined): string | null {
  const line = normalizeText(text ?? '').replaceAll(/\s+/g, ' ')
  return isBlank(line) ? null : line
}

/**
 * The key by which usernames and email addresses are compared, the same on both engines. Lower case can produce
 * characters that normalize further, so the result is normalized again: folding twice changes nothing. Browsers send
 * x@münchen.de as x@xn--mnchen-3ya.de.
 */
export function foldName(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase().normalize('NFKC')
  const at = folded.indexOf('@')
  const domain = folded.slice(at + 1)
  if (at < 1 || folded.includes('@', at + 1) || !/[^\0-\x7f]/.test(domain)) return folded
  return folded.slice(0, at + 1) + (domainToASCII(domain) || domain)
}

/** The same letters for each way to write a word in capitals, in full width or with a Turkish dotted or dotless i. */
export function foldCase(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase()
  return folded.replaceAll('i\u0307', 'i').replaceAll('ς', 'σ').normalize('NFKC')
}

/**
 * The folded text of the sign-in field: a username, with or without its @, or an email address. Folding twice changes
 * nothing, so what is counted is what is looked up.
 */
export function foldIdentifier(identifier: string): string {
  // First the full-width @ and what decomposes to a space; then the beginning is final.
  const normal = identifier.normalize('NFKC')
  return foldName(normal.replace(/^[\s@]+/, '').trimEnd())
}
