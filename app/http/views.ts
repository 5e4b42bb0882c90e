import path from 'node:path'
import view from '@fastify/view'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { root } from '../config.ts'
import { formatsFor } from '../locales/formats.ts'
import { type Arguments, type LocaleKey, languages } from '../locales/translate.ts'
import { avatarOf } from '../people/avatar.ts'
import { isolate } from '../text/bidi.ts'
import { isEmoji } from '../text/emoji.ts'
import { linkedParts, partsOf } from '../text/entities.ts'
import { tagPath } from '../text/hashtags.ts'
import { languageChoices, languageName } from '../text/language.ts'
import { isLong } from '../text/lines.ts'
import { abbreviate } from '../text/links.ts'
import { memoize } from '../text/memoize.ts'
import { prefersJson, refuseForm } from './errors.ts'
import { returnPath } from './return-path.ts'
import { openTemplates } from './templates.ts'

const views = path.join(root, 'views')
/** The locals of each view, declared beside its routes, so that a page compiles only with all of them. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Pages {}

/** A sentence with a list of `{names}`, and a link. */
export type FlashNote = { key: LocaleKey; names: string[]; href: string; label: LocaleKey }
type Flash = {
  flash: string | null
  isRefusal: boolean
  note: { text: string; href: string; label: string } | null
}

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a view with its locals and the common ones: viewer, translations, flash and assets. */
    page<View extends keyof Pages>(view: View, locals: Pages[View]): FastifyReply
    /** Renders a part of a page for a script, and keeps the flash for the next page. */
    fragment<View extends keyof Pages>(view: View, locals: Pages[View]): FastifyReply
    /** A message that the next page shows once, and a note below it. */
    flash(key: LocaleKey, values?: Arguments, note?: FlashNote | null): FastifyReply
    /** A message that the next page shows once: why what was asked for was not done. */
    flashRefusal(key: LocaleKey, values?: Arguments): FastifyReply
  }
}

export default plugin(
  async (app: FastifyInstance, { helpers }: { helpers: object }) => {
    const { render, engine } = openTemplates(views)
    // Rendered once, because a list of posts has dozens.
    const icon = memoize((name: string) => render('/layouts/_icon', { icon: name }), String)
    const shared = { ...sharedLocals(app), icon, ...helpers }
    await app.register(view, { engine: { eta: engine }, root: views, viewExt: 'eta', production: true })
    app.decorateReply('page', function (view, locals) {
      const { errors } = locals as { errors?: Record<string, string> }
      if (errors && this.statusCode >= 400 && prefersJson(this.request)) return refuseForm(this, errors)
      // The response to a POST keeps the flash for the page after it.
      const flash = this.request.method === 'GET' ? takeFlash(this) : noFlash
      return setPageHeaders(this).view(view, { ...shared, ...localsOf(this), ...flash, ...locals })
    })
    app.decorateReply('fragment', function (view, locals) {
      return setPageHeaders(this).view(view, { ...shared, ...localsOf(this), ...locals })
    })
    app.decorateReply('flash', function (key, values = {}, note = null) {
      return this.setSiteCookie('flash', JSON.stringify({ key, values, ...(note && { note }) }))
    })
    app.decorateReply('flashRefusal', function (key, values = {}) {
      return this.setSiteCookie('flash', JSON.stringify({ key, values, isRefusal: true }))
    })
  },
  { name: 'views', dependencies: ['preferences', 'sessions'] },
)

/** Pages are private, and revalidated on each visit. */
export function setPageHeaders(reply: FastifyReply): FastifyReply {
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache')
  return reply.header('vary', 'Accept, Cookie, Accept-Language, Accept-Encoding')
}

function sharedLocals({ config, asset }: FastifyInstance) {
  return {
    site: {
      name: config.siteName,
      description: config.siteDescription,
      contact: config.contact,
      contactHref:
        config.contact && (/^https?:/.test(config.contact) ? config.contact : `mailto:${config.contact}`),
      signUpOpen: config.signUpOpen,
      postMaxLength: config.postMaxLength,
      url: config.publicUrl,
      translates: config.translate !== null,
    },
    languages,
    asset,
    tagPath,
    parts: partsOf,
    linked: linkedParts,
    abbreviate,
    isolate,
    isLong,
    isEmoji,
    avatar: avatarOf,
    languageChoices,
    languageName,
  }
}

function localsOf(reply: FastifyReply) {
  const { request } = reply
  const { language, t, viewer, unread, theme, timeZone } = request
  const formats = formatsFor(language, timeZone)
  // Forms return to this path by GET.
  const path = request.method === 'GET' ? request.url : '/'
  // The time of the request: the page may lack later changes.
  const asked = Date.now() - Math.ceil(reply.elapsedTime)
  // A member's browser tells its zone once more after a visitor's has, for the account.
  const asksTimeZone = !(viewer ? viewer.timeZone : timeZone)
  const preferences = { language, t, ...formats, theme, timeZone, asksTimeZone }
  return { viewer, unread, ...preferences, path, asked }
}

const noFlash: Flash = { flash: null, isRefusal: false, note: null }

/** The cookie is untrusted: an unknown message is dropped. */
function takeFlash(reply: FastifyReply): Flash {
  const { request } = reply
  const text = request.siteCookie('flash')
  if (!text) return noFlash
  reply.clearSiteCookie('flash')
  try {
    const {
      key,
      values,
      isRefusal = false,
      note,
    } = JSON.parse(text) as {
      key: LocaleKey
      values: Arguments
      isRefusal?: boolean
      note?: FlashNote
    }
    return { flash: request.t(key, values), isRefusal, note: note ? noteOf(note, request) : null }
  } catch {
    return noFlash
  }
}

function noteOf({ key, names, href, label }: FlashNote, { t, language }: FastifyRequest): Flash['note'] {
  const list = formatsFor(language).list(names.map(String))
  return { text: t(key, { names: list }), href: returnPath(href), label: t(label) }
}
