import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { FastifyInstance } from 'fastify'
import {
  apiTokens,
  exports as exportsTable,
  notifications,
  posts,
  sessions,
  users,
} from './database/schema.ts'
import { eq } from './database/sql.ts'
import { storeImage } from './images/storing.ts'
import { type MemberRequest, memberRoutes } from './people/viewer.ts'
import type { Browser } from './testing/browser.ts'
import { photo } from './testing/pictures.ts'
import { publishPictures } from './testing/published-pictures.ts'
import { openSite, type Site } from './testing/site.ts'

/** Public routes; every other page and form redirects visitors to sign-in. (The API has its own test.) */
const open = new Set(
  `GET /, GET /explore, GET /tags/:tag, GET /posts/:id, GET /posts/:id/likes, GET /posts/:id/reposts, GET /posts/:id/quotes, GET /posts/:id/versions, GET /posts/:id/images/:position, GET /@:username, GET /@:username/followers,
  GET /@:username/following, GET /@:username/replies, GET /@:username/card, GET /@:username/feed.atom,
  GET /@:username/feed.json, GET /tags/:tag/feed.atom, GET /tags/:tag/feed.json, GET /posts/:id/feed.atom, GET /posts/:id/feed.json, GET /search,
  GET /search/brief, GET /search/people, GET /search/results, GET /posts/:id/translation,
  GET /posts/:id/translation/fragment, GET /sign-in, POST /sign-in, GET /sign-in/link, POST /sign-in/link,
  GET /sign-in/:token, POST /sign-in/:token, GET /sign-up, POST /sign-up, POST /sign-out, GET /signed-out,
  GET /passwords, POST /passwords, GET /passwords/:token, POST /passwords/:token, GET /confirmations/:token,
  POST /confirmations/:token, GET /recoveries/:token, POST /recoveries/:token, POST /settings/language,
  POST /settings/theme, POST /settings/time-zone, GET /.well-known/change-password, GET /livez, GET /readyz,
  GET /images/:key/:file, GET /robots.txt, GET /manifest.webmanifest, GET /favicon.ico`.split(/,\s+/),
)

/** Compiles only while the types refuse member handlers on public routes. */
export function refusedByTheCompiler(app: FastifyInstance): void {
  const handler = async ({ viewer }: MemberRequest) => viewer.username
  // @ts-expect-error A plain route may have no viewer.
  app.get('/', handler)
  // @ts-expect-error A route for members is not public.
  memberRoutes(app).get('/', { config: { public: true } }, handler)
}

describe('authorization', () => {
  let site: Site
  const routes: string[] = []
  /** Paths of john's things; ids replace `:id`. */
  const ids: Record<string, number> = {}
  let picture: string
  let john: Browser
  let susan: Browser

  before(async () => {
    site = await openSite(
      { SMTP_URL: 'smtp://127.0.0.1:9' },
      {
        onRoute: ({ method, url }) => {
          if (/^\/(assets|api)\b/.test(url)) return
          for (const verb of [method].flat()) if (verb !== 'HEAD') routes.push(`${verb} ${url}`)
        },
      },
    )
    john = await site.signedIn('john')
    susan = await site.signedIn('susan')
    await makeThings()
  })
  after(() => site.close())

  async function makeThings(): Promise<void> {
    const { db } = site.app
    const pictures = [{ upload: await photo(8, 8) }]
    ids['posts'] = await publishPictures(site.app, { userId: site.ids.john, body: 'mine', pictures })
    await susan.post('/@john/follow')
    await john.post('/exports')
    await site.workJobs()
    await john.post('/settings/apps', { name: 'a script', scope: 'read', expires: 'never' })
    const own = { userId: site.ids.john }
    const [session] = await db.select().from(sessions).where(eq(sessions.userId, own.userId))
    const [told] = await db.select().from(notifications).where(eq(notifications.userId, own.userId))
    const [made] = await db.select().from(exportsTable).where(eq(exportsTable.userId, own.userId))
    const token = /settings\/apps\/(\d+)\/delete/.exec((await john.get('/settings/apps')).text)?.[1]
    const upload = await photo(20, 20)
    const { key, files } = await storeImage(site.app, { ...own, upload, purpose: 'avatar' })
    await db.transaction(tx => tx.update(users).set({ avatar: key }).where(eq(users.id, own.userId)))
    picture = `${key}/${files[0]?.width}.webp`
    Object.assign(ids, {
      sessions: session?.id,
      notifications: told?.id,
      exports: made?.id,
      apps: Number(token),
    })
  }

  const thingsOfJohn = () => {
    const { db } = site.app
    const tables = [posts, sessions, notifications, exportsTable, apiTokens]
    return Promise.all(tables.map(table => db.$count(table, eq(table.userId, site.ids.john))))
  }

  const pathOf = (url: string) =>
    url
      .replace(/(\w+)\/:id/, (_, noun: string) => `${noun}/${ids[noun]}`)
      .replace(':key/:file', picture)
      .replace(':position', '1')
      .replace(':username', 'john')
      .replace(':tag', 'tea')
      .replace(':token', 'a'.repeat(43))

  const ask = (browser: Browser, route: string) => {
    const [method, url = ''] = route.split(' ')
    return method === 'GET' ? browser.get(pathOf(url)) : browser.post(pathOf(url))
  }

  it('has every route that is listed as public', () => {
    const known = new Set(routes)
    assert.deepEqual(
      [...open].filter(route => !known.has(route) && !route.includes('translation')),
      [],
    )
  })

  it('redirects visitors to sign-in everywhere else', async () => {
    for (const route of routes.filter(route => !open.has(route))) {
      const { status, location } = await ask(site.visitor(), route)
      if (route.startsWith('GET')) assert.match(String(location), /^\/sign-in\?next=/, route)
      assert.equal(status, route.startsWith('GET') ? 303 : 401, route)
    }
  })

  it('serves the public routes to visitors, also with an empty form', async () => {
    for (const route of [...open].filter(route => routes.includes(route))) {
      const { status } = await ask(site.visitor(), route)
      const isLink = route.includes(':token')
      assert.ok(isLink ? status === 410 : status < 400 || [400, 422].includes(status), `${route}: ${status}`)
    }
  })

  it('hides and protects one person’s things from all others', async () => {
    // Anybody may answer, like, repost and bookmark a post, and mute its thread.
    const isForAll = (route: string) =>
      open.has(route) || /\/(replies|like|repost|bookmark|mute)\b/.test(route)
    const isOwned = (route: string) => route.includes('/:id') && !isForAll(route)
    const owned = routes.filter(isOwned)
    assert.ok(owned.length >= 8, owned.join())
    const before = await thingsOfJohn()
    for (const route of owned) {
      const { status } = await ask(susan, route)
      // Deleting another person's thing may be answered like deleting it twice: nothing happens.
      const harmless = route.endsWith('/delete') && status === 303
      assert.ok(harmless || [403, 404].includes(status), `${route}: ${status}`)
    }
    assert.deepEqual(await thingsOfJohn(), before)
    for (const route of owned.filter(route => route.startsWith('GET'))) {
      const { status } = await ask(john, route)
      assert.ok(status < 400, `${route}, its owner: ${status}`)
    }
  })
})
