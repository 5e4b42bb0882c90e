import type { FastifyInstance } from 'fastify'
import { createAccount } from '../accounts/queries.ts'
import { type AppOptions, buildApp } from '../app.ts'
import { type Config, type Environment, readConfig } from '../config.ts'
import { workDueJobs } from '../jobs/worker.ts'
import { publishPost } from '../posts/queries.ts'
import { hashPassword } from '../security/passwords.ts'
import { Browser } from './browser.ts'
import { migratedDatabase } from './database.ts'

export const password = 'tea at the harbour'
const passwordHash = hashPassword(password)
export const names = ['susan', 'john', 'david', 'mary'] as const
export type Name = (typeof names)[number]

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
  const database = await migratedDatabase()
  const quick = { SQLITE_SYNCHRONOUS: 'NORMAL', RATE_LIMITS: 'off' }
  const config = readConfig({ ...quick, ...environment, DATABASE_URL: database.url })
  const statements: string[] = []
  const onStatement = (sql: string) => void statements.push(sql)
  const app = await buildApp(config, { logger: false, worker: false, onStatement, ...options })
  await app.ready()
  const ids = await addPeople(app)
  return {
    app,
    config,
    statements,
    ids,
    visitor: () => new Browser(app),
    signedIn: name => signIn(new Browser(app), name),
    write: (name, bodies, from) =>
      writePosts(app, { userId: ids[name], bodies, from: from ?? new Date(Date.now() - 3_600_000) }),
    workJobs: moment => workDueJobs(app, moment ? { now: () => moment } : {}),
    close: async () => {
      await app.close()
      await database.drop()
    },
  }
}

async function addPeople({ db }: FastifyInstance): Promise<Record<Name, number>> {
  const hash = await passwordHash
  const ids = {} as Record<Name, number>
  for (const username of names) {
    const account = { username, email: `${username}@example.com`, passwordHash: hash, language: null }
    const created = await db.transaction(tx => createAccount(tx, account, new Date()))
    ids[username] = (created as { id: number }).id
  }
  return ids
}

async function signIn(browser: Browser, name: Name): Promise<Browser> {
  const { status } = await browser.post('/sign-in', { identifier: name, password })
  if (status !== 303) throw new Error(`${name} could not sign in: ${status}`)
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
