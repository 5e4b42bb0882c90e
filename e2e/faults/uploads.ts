/** People who upload pictures while something happens to a site, and whether its rows and files agree afterwards. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type DatabaseConfig, type Environment, readConfig } from '../../app/config.ts'
import { engine } from '../../app/database/engine.ts'
import { openStorage } from '../../app/storage/open.ts'
import { photo } from '../../app/testing/pictures.ts'
import { runProcess } from '../../app/testing/process.ts'
import { openStore } from '../../app/testing/s3.ts'
import { retryAfterMs, signedIn } from './load.ts'
import { claim, claimNone } from './program.ts'
import { rowsOf } from './rows.ts'

/** Where a site has its pictures: with SQLite a folder, with PostgreSQL, which several machines may share, a bucket. */
export type Media = { environment: Environment; close(): Promise<void> }

export async function openMedia(): Promise<Media> {
  if (engine === 'postgresql') return openStore()
  const folder = await mkdtemp(path.join(tmpdir(), 'microblog-media-'))
  return {
    environment: { MEDIA_URL: `file:${folder}` },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

export class Uploads {
  /** How many the site has taken, and how many it could not. */
  taken = 0
  failed = 0
  unexpected: string[] = []
  #isOver = false
  #running: Promise<unknown> = Promise.resolve()
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  /** These two never sign out in this browser. */
  start(): this {
    this.#running = Promise.all(['susan', 'john'].map(name => this.#upload(name)))
    return this
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#running
  }

  async #upload(name: string): Promise<void> {
    const picture = new Blob([await photo(600, 400)], { type: 'image/jpeg' })
    const visitor = await signedIn(this.#address, name)
    while (!this.#isOver) {
      const form = new FormData()
      form.append('files', picture, 'picture.jpg')
      const reply = await visitor.send('/images', form).catch(() => null)
      if (reply?.status === 201) this.taken++
      else this.failed++
      if (reply && reply.status !== 201 && reply.status !== 503)
        this.unexpected.push(`${reply.status} ${reply.text}`)
      if (reply?.status !== 201) await delay(retryAfterMs)
    }
  }
}

/** The site must have ended. */
export async function auditPictures(
  config: DatabaseConfig,
  uploads: Uploads,
  { url, media }: { url: string; media: Media },
): Promise<void> {
  claimNone('uploads are taken, or cannot be', uploads.unexpected, `${uploads.failed} could not`)
  const before = await filesOfRows(config)
  const environment = { ...media.environment, DATABASE_URL: url }
  const { output } = await runProcess(['app/cli.ts', 'media:check', '--now'], environment)
  const after = await filesOfRows(config)
  const stored: string[] = []
  for await (const { key } of openStorage(readConfig(environment).media).list()) stored.push(key)
  const strays = output.match(/belongs to no picture/g)?.length ?? 0
  const { size } = new Set(after.map(key => key.split('/')[0]))
  claim('no upload that was taken is lost', size >= uploads.taken, `${uploads.taken} taken, ${size} there`)
  claim('media:check removes no picture', after.length === before.length, output.trim().split('\n').at(-1))
  claimNone(
    'no picture is without its file',
    after.filter(key => !stored.includes(key)),
  )
  claimNone(
    'after media:check no file is without its picture',
    stored.filter(key => !after.includes(key)),
    `${strays} had been cut short, ${stored.length} stay`,
  )
}

async function filesOfRows(config: DatabaseConfig): Promise<string[]> {
  const rows = await rowsOf(config, `select key, cast(files as text) as files from images`)
  return rows.flatMap(({ key, files }) =>
    (JSON.parse(String(files)) as { width: number }[]).map(({ width }) => `${key}/${width}.webp`),
  )
}
