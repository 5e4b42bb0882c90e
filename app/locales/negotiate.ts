import type { IncomingMessage } from 'node:http'
import accepts from 'accepts'
import { memoize } from '../text/memoize.ts'
import { isLanguage, type Language, languages } from './translate.ts'

const codes = languages.map(({ code }) => code)

/** The language that a request accepts, or English. Memoized by header, of which browsers send only a few. */
export const negotiateLanguage = memoize(
  (request: IncomingMessage): Language => {
    const best = accepts(request).languages([...codes])
    return isLanguage(best) ? best : 'en'
  },
  ({ headers }) => headers['accept-language'],
  1_000,
)
