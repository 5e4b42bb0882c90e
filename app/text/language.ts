import type { Language } from '../locales/translate.ts'
import { findEntities, partsOf } from './entities.ts'
import { memoize } from './memoize.ts'

/** What a post can be said to be in (BCP 47): the languages that the guesser tells apart. */
export const postLanguages =
  'am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'.split(
    ' ',
  )
const known = new Set(postLanguages)

export function isPostLanguage(code: string): boolean {
  return known.has(code)
}

/** Loaded with the first post that is written, not at the start: its tables take 160 ms and some memory. */
let detector: Promise<typeof import('eld/extrasmall')> | undefined

/** The language of a post (BCP 47) by its words, names and links aside; `otherwise` if they do not tell. */
export async function languageOf(body: string, otherwise: string | null): Promise<string | null> {
  detector ??= import('eld/extrasmall')
  const { eld } = await detector
  const found = eld.detect(wordsOf(body))
  return found.isReliable() ? found.language : otherwise
}

function wordsOf(body: string): string {
  const parts = partsOf({ body, entities: findEntities(body) })
  return parts
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text)
    .join(' ')
}

/** What a reader calls a language, as in the middle of a sentence; its code if there is no word for it. */
export function languageName(code: string, reader: Language): string {
  try {
    return namesFor(reader).of(code) ?? code
  } catch {
    // An import may have brought a code that is none, such as `en-1`.
    return code
  }
}

const namesFor = memoize((reader: Language) => new Intl.DisplayNames(reader, { type: 'language' }), String)

export type LanguageChoice = { code: string; name: string }

/** The languages that an author may choose from, in the alphabetical order of the reader. */
export const languageChoices = memoize((reader: Language): LanguageChoice[] => {
  const choices = postLanguages.map(code => ({ code, name: onItsOwn(languageName(code, reader), reader) }))
  return choices.toSorted((a, b) => a.name.localeCompare(b.name, reader))
}, String)

/** Spanish writes the names of languages small, but not at the beginning of a line. */
function onItsOwn(name: string, reader: Language): string {
  return name.charAt(0).toLocaleUpperCase(reader) + name.slice(1)
}
