import type { Language } from '../locales/translate.ts'
import { findEntities, partsOf } from './entities.ts'
import { memoize } from './memoize.ts'

/** The languages of posts (BCP 47): those that the detector distinguishes. */
export const postLanguages =
  'am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'.split(
    ' ',
  )
const knownLanguages = new Set(postLanguages)

export function isPostLanguage(code: string): boolean {
  return knownLanguages.has(code)
}

/** Loaded with the first post, not at startup: its tables take 160 ms and some memory. */
let detector: Promise<typeof import('eld/extrasmall')> | undefined

/** The detected language of a post (BCP 47), mentions and links ignored; the fallback if it is not reliable. */
export async function languageOf(body: string, fallback: string | null): Promise<string | null> {
  detector ??= import('eld/extrasmall')
  const { eld } = await detector
  const text = partsOf({ body, entities: findEntities(body) }).filter(({ kind }) => kind === 'text')
  const detected = eld.detect(text.map(part => part.text).join(' '))
  return detected.isReliable() ? detected.language : fallback
}

/** The name of a language in the reader's language, as in the middle of a sentence; the code if it has none. */
export function languageName(code: string, reader: Language): string {
  try {
    return languageNames(reader).of(code) ?? code
  } catch {
    // Imported posts may have an invalid code, such as `en-1`.
    return code
  }
}

const languageNames = memoize(
  (reader: Language) => new Intl.DisplayNames(reader, { type: 'language' }),
  String,
)

export type LanguageChoice = { code: string; name: string }

/** The languages that an author may choose from, in the reader's alphabetical order. */
export const languageChoices = memoize((reader: Language): LanguageChoice[] => {
  const choices = postLanguages.map(code => {
    const name = languageName(code, reader)
    // Spanish writes language names in lower case, except at the beginning of a line.
    return { code, name: name.charAt(0).toLocaleUpperCase(reader) + name.slice(1) }
  })
  return choices.toSorted((a, b) => a.name.localeCompare(b.name, reader))
}, String)
