import type { TranslateConfig } from '../config.ts'
import type { Database } from '../database/database.ts'
import { sourceLanguage } from './languages.ts'
import { translateText } from './libretranslate.ts'
import { findTranslation, type Source, saveTranslation } from './queries.ts'

/** Returns the stored translation of a post, or requests and stores one. */
export type Translator = (source: Source, to: string) => Promise<string>

/** Simultaneous requests for one translation share one request to the service. */
export function openTranslator(service: TranslateConfig, db: Database, timeoutMs = 5_000): Translator {
  const underWay = new Map<string, Promise<string>>()
  /** Checks the database again, because another process may have stored it. No transaction is open meanwhile. */
  const storedOrNew = async (source: Source, to: string) => {
    const stored = await findTranslation(db, source.postId, to)
    if (stored !== null) return stored
    const from = sourceLanguage(source.language)
    const body = await translateText(service, { text: source.body, from, to, timeoutMs })
    await db.transaction(tx => saveTranslation(tx, { source, language: to, body }, new Date()))
    return body
  }
  return (source, to) => {
    const key = JSON.stringify([source, to])
    const promise = underWay.get(key) ?? storedOrNew(source, to).finally(() => underWay.delete(key))
    underWay.set(key, promise)
    return promise
  }
}
