import type { Language } from '../locales/translate.ts'

/** Whether a reader of this language may want the post translated; false if its language is unknown. */
export function isForeign(post: { language: string | null }, reader: Language): boolean {
  return post.language !== null && baseOf(post.language) !== reader
}

/** LibreTranslate's code of a language, without its region. */
export function sourceLanguage(code: string | null): string | null {
  const base = code && baseOf(code)
  // Its models support one of the two written Norwegians.
  return base === 'no' ? 'nb' : base
}

/** `pt` of `pt-BR`. */
function baseOf(code: string): string {
  return code.split('-', 1)[0]?.toLowerCase() ?? code
}
