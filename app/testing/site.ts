import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { type AppOptions, buildApp } from '../app.ts'
import { type Config, type Environment, readConfig } from '../config.ts'
import { users } from '../database/schema.ts'
import { workDueJobs } from '../jobs/worker.ts'
import { publishPost } from '../posts/queries.ts'
import { jobs } from '../registry/contributions.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { saveKnownDevice } from '../sessions/known-device-queries.ts'
import { createSession } from '../sessions/queries.ts'
import { Browser } from './browser.ts'
import { populatedDatabase } from './database.ts'
import type { Name } from './people.ts'

export { type Name, names, password } from './people.ts'

/** The application on a database of its own, with four people in it: susan, john, david and mary. */
export type Site = {
  app: FastifyInstance
  config: Config
  /** The text of every statement since the test emptied the list. */
  statements: string[]
  ids: Record<Name, number>
  visitor(): Browser
  signedIn(name: Name): Promise<Browser>
  /** Publishes posts a second apart, oldest first, and returns their ids. */
  write(name: Name, bodies: string[], from?: Date): Promise<number[]>
  /**
   * Works on all jobs that are due, mails among them, until none is. Nothing works on them by itself here,
   * unless `worker` is among the options. With a later moment: as if it were that late.
   */
  workJobs(moment?: Date): Promise<void>
  close(): Promise<void>
}

export async function openSite(environment: Environment = {}, options: AppOptions = {}): Promise<Site> {
  const database = await populatedDatabase()
  const quick = { SQLITE_SYNCHRONOUS: 'NORMAL', RATE_LIMITS: 'off' }
  const media = path.join(tmpdir(), `microblog-media-${randomUUID()}`)
  const given = { ...quick, MEDIA_URL: `file:${media}`, ...environment }
  const config = readConfig({ ...given, DATABASE_URL: database.url })
  const statements: string[] = []
  const onStatement = (sql: string) => void statements.push(sql)
  const app = await buildApp(config, { logger: false, worker: false, onStatement, ...options })
  await app.ready()
  const ids = await greetPeople(app)
  return {
    app,
    config,
    statements,
    ids,
    visitor: () => new Browser(app),
    signedIn: name => signIn(app, ids[name]),
    write: (name, bodies, from) =>
      writePosts(app, { userId: ids[name], bodies, from: from ?? new Date(Date.now() - 3_600_000) }),
    workJobs: moment => workDueJobs(app, { definitions: jobs, ...(moment && { now: () => moment }) }),
    close: async () => {
      await app.close()
      await database.drop()
      await rm(media, { recursive: true, force: true })
    },
  }
}

/** Lets the four have just signed up, however long ago their database was prepared, and returns their ids. */
async function greetPeople({ db }: FastifyInstance): Promise<Record<Name, number>> {
  const now = new Date()
  const { id, username } = users
  const people = await db.transaction(tx =>
    tx.update(users).set({ createdAt: now, lastSeenAt: now }).returning({ id, username }),
  )
  return Object.fromEntries(people.map(person => [person.username, person.id])) as Record<Name, number>
}

/** Leaves the rows and cookies that the sign-in form leaves, without the time that a password takes. */
async function signIn(app: FastifyInstance, userId: number): Promise<Browser> {
  const [session, device, now] = [newToken(), newToken(), new Date()]
  const client = { persistent: false, userAgent: 'lightMyRequest', label: '' }
  await app.db.transaction(async tx => {
    const own = { ...client, userId, confirmedAt: now }
    await createSession(tx, { ...own, tokenHash: hashToken(session) }, now)
    await saveKnownDevice(tx, { tokenHash: hashToken(device), userId }, now)
  })
  const browser = new Browser(app)
  const prefix = app.config.publicUrl.startsWith('https:') ? '__Host-' : ''
  browser.cookies.set(`${prefix}session`, session).set(`${prefix}device`, device)
  return browser
}

function writePosts(
  { db }: FastifyInstance,
  { userId, bodies, from }: { userId: number; bodies: string[]; from: Date },
): Promise<number[]> {
  return db.transaction(async tx => {
    const ids: number[] = []
    for (const [index, body] of bodies.entries()) {
      const draft = { userId, body, language: 'en', submission: null }
      ids.push(await publishPost(tx, draft, new Date(from.getTime() + index * 1000)))
    }
    return ids
  })
}
