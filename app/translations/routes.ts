import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, prefersJson } from '../http/errors.ts'
import { IdParams } from '../http/params.ts'
import { networkOf } from '../limits/network.ts'
import type { RateLimit } from '../limits/queries.ts'
import type { PageOptions } from '../noun.ts'
import type { Post } from '../posts/post.ts'
import { requirePost } from '../posts/require-post.ts'
import { isForeign } from './languages.ts'
import { type Failure, TranslationFailed } from './libretranslate.ts'
import { findTranslation } from './queries.ts'
import { openTranslator, type Translator } from './translator.ts'

export const translatingLimit: RateLimit = { name: 'translating', burst: 30, every: 2_000 }

/** A translation, or why there is none. */
type Translated = { body: string; failure: null } | { body: null; failure: Failure }

declare module '../http/views.ts' {
  interface Pages {
    'translations/show': { post: Post; translated: Translated }
    'translations/fragment': { post: Post; translated: Translated }
  }
}
declare module 'fastify' {
  interface FastifyInstance {
    translator: Translator
  }
}

declare module '../noun.ts' {
  interface PageOptions {
    /** How long a page waits for a translation. */
    translationTimeoutMs?: number
  }
}

type PostRequest = FastifyRequest<{ Params: IdParams }>

/** Gateway statuses, because the service failed and not this site. */
const statuses: Record<Failure, number> = {
  slow: 504,
  down: 503,
  busy: 503,
  forbidden: 502,
  refused: 502,
  nonsense: 502,
}

/** Without a translation service, these URLs are not found. */
export default async function translations(app: FastifyInstance, { translationTimeoutMs }: PageOptions) {
  const { translate } = app.config
  if (!translate) return
  app.decorate('translator', openTranslator(translate, app.db, translationTimeoutMs))
  const open = { config: { public: true }, schema: { params: IdParams } }
  app.get<{ Params: IdParams }>('/posts/:id/translation', open, (request, reply) =>
    showTranslation(request, reply, 'page'),
  )
  app.get<{ Params: IdParams }>('/posts/:id/translation/fragment', open, (request, reply) =>
    showTranslation(request, reply, 'fragment'),
  )
}

/** The page, or only the translation for the script that inserts it. */
async function showTranslation(request: PostRequest, reply: FastifyReply, kind: 'page' | 'fragment') {
  const post = await requirePost(request.server.db, request)
  const isReadable = post.language && !isForeign(post, request.language)
  if (isReadable || !post.can.translate) return reply.redirect(`/posts/${post.id}`, 303)
  const translated = await translate(request, post)
  const { failure } = translated
  if (failure && prefersJson(request)) throw new Problem(statuses[failure], `translations.${failure}`)
  if (failure) reply.code(statuses[failure]).header('cache-control', 'no-store')
  return kind === 'page'
    ? reply.page('translations/show', { post, translated })
    : reply.fragment('translations/fragment', { post, translated })
}

/** The stored translation, or a new one. */
async function translate(request: PostRequest, post: Post): Promise<Translated> {
  const { server, viewer, ip, language } = request
  const { db, translator } = server
  try {
    const stored = await findTranslation(db, post.id, language)
    if (stored !== null) return { body: stored, failure: null }
    await db.transaction(tx => server.rateLimits.consume(tx, translatingLimit, viewer?.id ?? networkOf(ip)))
    const original = { postId: post.id, body: post.body, language: post.language }
    return { body: await translator(original, language), failure: null }
  } catch (error) {
    if (!(error instanceof TranslationFailed)) throw error
    request.log.warn({ err: error }, 'no translation')
    return { body: null, failure: error.failure }
  }
}
