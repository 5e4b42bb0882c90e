import path from 'node:path'
import view from '@fastify/view'
import { Eta } from 'eta'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { root } from '../config.ts'
import { formatsFor } from '../locales/when.ts'
import { type Arguments, type LocaleKey, languages } from '../locales/words.ts'
import { memo } from '../memo.ts'
import { partsOf, tagPath } from '../posts/text.ts'
import { avatarOf } from '../profiles/avatar.ts'
import { themes } from '../settings/forms.ts'

const views = path.join(root, 'views')

/** The locals of each view; a feature's routes add their own, so that a page cannot be sent without them. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Pages {}

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a view with the viewer, the words, the flash and the assets that all of them know. */
    page<View extends keyof Pages>(view: View, locals: Pages[View]): FastifyReply
    /** A sentence for the next page that this person sees, shown once. */
    flash(key: LocaleKey, values?: Arguments): FastifyReply
  }
}

export default plugin(
  async (app: FastifyInstance) => {
    const eta = new Eta({ views, cache: true })
    // Eta's own way from a name to a file took a third of a page's rendering; every name here is our own.
    eta.resolvePath = memo(name => path.join(views, path.extname(name) ? name : `${name}.eta`), String)
    const shared = sharedLocals(app)
    await app.register(view, { engine: { eta }, root: views, viewExt: 'eta', production: true })
    app.decorateReply('page', function (view, locals) {
      this.header('cache-control', 'private, no-cache').header(
        'vary',
        'Cookie, Accept-Language, Accept-Encoding',
      )
      return this.view(view, { ...shared, ...localsOf(this), ...locals })
    })
    app.decorateReply('flash', function (key, values = {}) {
      return this.setCookie('flash', JSON.stringify({ key, values }), {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
      })
    })
  },
  { name: 'views', dependencies: ['language', 'sessions'] },
)

function sharedLocals({ config, asset }: FastifyInstance) {
  return {
    site: {
      name: config.siteName,
      contact: config.contact,
      contactHref: config.contact?.includes('@') ? `mailto:${config.contact}` : config.contact,
      signUpOpen: config.signUpOpen,
      postMaxLength: config.postMaxLength,
      url: config.publicUrl,
    },
    languages,
    themes,
    asset,
    tagPath,
    parts: partsOf,
    avatar: avatarOf,
  }
}

function localsOf(reply: FastifyReply) {
  const { request } = reply
  const { language, t, viewer } = request
  const { when, number, compact } = formatsFor(language)
  return {
    viewer,
    language,
    t,
    when,
    number,
    compact,
    theme: themeOf(request),
    path: request.url,
    flash: takeFlash(reply),
  }
}

function themeOf({ viewer, cookies }: FastifyRequest): string {
  const chosen = viewer?.theme ?? cookies['theme']
  return themes.find(theme => theme === chosen) ?? 'auto'
}

/** The cookie came back from a browser, so it may say anything: what is no sentence of ours is dropped. */
function takeFlash(reply: FastifyReply): string | null {
  const text = reply.request.cookies['flash']
  if (!text) return null
  reply.clearCookie('flash', { path: '/' })
  try {
    const { key, values } = JSON.parse(text) as { key: LocaleKey; values: Arguments }
    return reply.request.t(key, values)
  } catch {
    return null
  }
}
