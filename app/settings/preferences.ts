import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { negotiateLanguage } from '../locales/negotiate.ts'
import { isLanguage, type Language, type Translate, translate } from '../locales/translate.ts'
import { isTheme, type Theme } from './forms.ts'

declare module 'fastify' {
  interface FastifyRequest {
    language: Language
    /** Translates into the request's language. */
    t: Translate
    theme: Theme
  }
}

/** Language and theme: the account's choice, else the cookie's, else the browser's language. */
export default plugin(
  async (app: FastifyInstance) => {
    app.decorateRequest('language', 'en')
    app.decorateRequest('t', translate('en'))
    app.decorateRequest('theme', 'auto')
    app.addHook('onRequest', async request => {
      request.language = languageOf(request)
      request.t = translate(request.language)
      request.theme = themeOf(request)
    })
  },
  { name: 'preferences', dependencies: ['sessions'] },
)

function languageOf(request: FastifyRequest): Language {
  const chosen = request.viewer?.language ?? request.siteCookie('language')
  if (isLanguage(chosen)) return chosen
  return negotiateLanguage(request.raw)
}

function themeOf(request: FastifyRequest): Theme {
  const chosen = request.viewer?.theme ?? request.siteCookie('theme')
  return isTheme(chosen) ? chosen : 'auto'
}
