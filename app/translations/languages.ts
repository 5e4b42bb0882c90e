import type { Language } from '../locales/translate.ts'

/** Whether a reader of this language may want a post in that one translated; not if nobody can tell what it is. */
export function isForeign(post: { language: string | null }, reader: Language): boolean {
  return post.language !== null && baseOf(post.language) !== reader
}

/** What LibreTranslate calls a language: that of the text, wherever it is spoken. */
export function sourceLanguage(code: string | null): string | null {
  const base = code && baseOf(code)
  // Its models know one of the two written Norwegians.
  return base === 'no' ? 'nb' : base
}

/** `pt` of `pt-BR`. */
function baseOf(code: string): string {
  return code.split('-', 1)[0]?.toLowerCase() ?? code
}
