import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { negotiateLanguage } from '../locales/negotiate.ts'
import { toTimeZone } from '../locales/time-zones.ts'
import { isLanguage, type Language, type Translate, translate } from '../locales/translate.ts'
import { isTheme, type Theme } from './forms.ts'

declare module 'fastify' {
  interface FastifyRequest {
    language: Language
    /** Translates into the request's language. */
    t: Translate
    theme: Theme
    /** Null: not known, and times are shown in UTC. */
    timeZone: string | null
  }
}

/** Language, theme and time zone: the account's choice, else the cookie's, else the browser's language. */
export default plugin(
  async (app: FastifyInstance) => {
    app.decorateRequest('language', 'en')
    app.decorateRequest('t', translate('en'))
    app.decorateRequest('theme', 'auto')
    app.decorateRequest('timeZone', null)
    app.addHook('onRequest', async request => {
      const language = request.viewer?.language ?? request.siteCookie('language')
      request.language = isLanguage(language) ? language : negotiateLanguage(request.raw)
      request.t = translate(request.language)
      const theme = request.viewer?.theme ?? request.siteCookie('theme')
      request.theme = isTheme(theme) ? theme : 'auto'
      request.timeZone = toTimeZone(request.viewer?.timeZone) ?? toTimeZone(request.siteCookie('time_zone'))
    })
  },
  { name: 'preferences', dependencies: ['sessions'] },
)
