import accepts from 'accepts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { isLanguage, type Language, languages, translate } from '../locales/words.ts'
import { Problem } from '../plugins/errors.ts'

const codes = languages.map(({ code }) => code)

/** Sentences in the language that the request asks for, and JSON or nothing: 406 to whoever takes neither kind. */
export default plugin(async (app: FastifyInstance) => {
  app.decorateRequest('language', 'en')
  app.decorateRequest('t', translate('en'))
  app.addHook('onRequest', async request => {
    request.language = languageOf(request)
    request.t = translate(request.language)
    if (!takesJson(request)) throw new Problem(406, 'api.only_json')
  })
})

export function languageOf({ raw }: FastifyRequest): Language {
  const best = accepts(raw).languages([...codes])
  return isLanguage(best) ? best : 'en'
}

function takesJson({ raw }: FastifyRequest): boolean {
  return accepts(raw).type(['application/json', 'application/problem+json']) !== false
}
