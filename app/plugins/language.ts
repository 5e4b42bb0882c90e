import accepts from 'accepts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { isLanguage, type Language, languages, type Translate, translate } from '../locales/words.ts'

declare module 'fastify' {
  interface FastifyRequest {
    language: Language
    /** The words of the request's language. */
    t: Translate
  }
}

const codes = languages.map(({ code }) => code)

/** The person's own choice, else the cookie's, else what the browser asks for, else English. */
export default plugin(
  async (app: FastifyInstance) => {
    app.decorateRequest('language', 'en')
    app.decorateRequest('t', translate('en'))
    app.addHook('onRequest', async request => {
      request.language = languageOf(request)
      request.t = translate(request.language)
    })
  },
  { name: 'language', dependencies: ['sessions'] },
)

function languageOf(request: FastifyRequest): Language {
  const chosen = request.viewer?.language ?? request.cookies['language']
  if (isLanguage(chosen)) return chosen
  const best = accepts(request.raw).languages([...codes])
  return isLanguage(best) ? best : 'en'
}
