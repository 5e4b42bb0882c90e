import { findEntities, partsOf } from './text.ts'

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
