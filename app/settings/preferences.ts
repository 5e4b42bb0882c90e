import type { FastifyInstance } from 'fastify'
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
      const language = request.viewer?.language ?? request.siteCookie('language')
      request.language = isLanguage(language) ? language : negotiateLanguage(request.raw)
      request.t = translate(request.language)
      const theme = request.viewer?.theme ?? request.siteCookie('theme')
      request.theme = isTheme(theme) ? theme : 'auto'
    })
  },
  { name: 'preferences', dependencies: ['sessions'] },
)
