import { defineNoun } from '../noun.ts'
import { isForeign } from './languages.ts'
import pages, { translatingLimit } from './routes.ts'

export default defineNoun({
  pages,
  limits: [translatingLimit],
  viewHelpers: ({ config }) => ({ canTranslate: config.translate ? isForeign : () => false }),
})
