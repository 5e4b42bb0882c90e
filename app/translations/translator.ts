import type { TranslateConfig } from '../config.ts'
import type { Database } from '../database/database.ts'
import { sourceLanguage } from './languages.ts'
import { translateText } from './libretranslate.ts'
import { findTranslation, type Source, saveTranslation } from './queries.ts'

/** A post's words in another language: as they were kept, or else put into it now, and kept. */
export type Translator = (source: Source, to: string) => Promise<string>

/** Two readers who want the same at the same time are one question to the service. */
export function openTranslator(service: TranslateConfig, db: Database): Translator {
  const underWay = new Map<string, Promise<string>>()
  /** Looked for once more: it may have come since the reader looked. No transaction is open while the service thinks. */
  const keptOrNew = async (source: Source, to: string) => {
    const kept = await findTranslation(db, source.postId, to)
    if (kept !== null) return kept
    const from = sourceLanguage(source.language)
    const body = await translateText(service, { text: source.body, from, to })
    await db.transaction(tx => saveTranslation(tx, { source, language: to, body }, new Date()))
    return body
  }
  return (source, to) => {
    const key = JSON.stringify([source, to])
    const asked = underWay.get(key) ?? keptOrNew(source, to).finally(() => underWay.delete(key))
    underWay.set(key, asked)
    return asked
  }
}
