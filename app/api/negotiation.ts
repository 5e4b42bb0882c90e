import accepts from 'accepts'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { Problem } from '../http/errors.ts'
import { negotiateLanguage } from '../locales/negotiate.ts'
import { translate } from '../locales/translate.ts'

/** Chooses the language of error messages by Accept-Language, and answers 406 to clients that accept no JSON. */
export default plugin(async (app: FastifyInstance) => {
  app.decorateRequest('language', 'en')
  app.decorateRequest('t', translate('en'))
  app.addHook('onRequest', async request => {
    request.language = negotiateLanguage(request.raw)
    request.t = translate(request.language)
    if (accepts(request.raw).type(['application/json', 'application/problem+json']) === false)
      throw new Problem(406, 'api.only_json')
  })
})
