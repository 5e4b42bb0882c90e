import accepts from 'accepts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { Problem } from '../http/errors.ts'
import { negotiateLanguage } from '../locales/negotiate.ts'
import { translate } from '../locales/translate.ts'

/** Sentences in the language that the request asks for, and JSON or nothing: 406 to whoever takes neither kind. */
export default plugin(async (app: FastifyInstance) => {
  app.decorateRequest('language', 'en')
  app.decorateRequest('t', translate('en'))
  app.addHook('onRequest', async request => {
    request.language = negotiateLanguage(request.raw)
    request.t = translate(request.language)
    if (!takesJson(request)) throw new Problem(406, 'api.only_json')
  })
})

function takesJson({ raw }: FastifyRequest): boolean {
  return accepts(raw).type(['application/json', 'application/problem+json']) !== false
}
