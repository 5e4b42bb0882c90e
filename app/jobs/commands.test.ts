import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { root } from '../config.ts'
import { type Database } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { openDatabase } from '../database/open.ts'
import { jobs } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { sendMail } from '../mail/mail.ts'
import { runCommand } from '../testing/commands.ts'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { freePort } from '../testing/free-port.ts'
import { type Mailbox, openMailbox } from '../testing/mailbox.ts'
import { endProcess, startProcess } from '../testing/process.ts'
import { openSite } from '../testing/site.ts'

describe(`job workers on ${engine}`, () => {
  let test: TestDatabase
  let db: Database
  let mailbox: Mailbox
  before(async () => {
    test = await migratedDatabase()
    db = await openDatabase(test.config)
    mailbox = await openMailbox()
  })
  beforeEach(async () => {
    mailbox.mood = 'accept'
    mailbox.received.length = 0
    await db.transaction(async tx => void (await tx.delete(jobs)))
  })
  after(async () => {
    await db.close()
    await test.drop()
    await mailbox.close()
  })
  const environment = () => ({ DATABASE_URL: test.url, SMTP_URL: mailbox.url })
  const cli = (...words: string[]) => runCommand(words, environment())
  const mail = (to = 'susan@example.com') =>
    db.transaction(tx => {
      const input = { username: 'susan', email: 'new@example.com', link: 'https://example.com' }
      return sendMail(tx, { name: 'accounts.email_changing', to, language: 'en', input })
    })
  const only = async () => {
    const [job] = await db.select().from(jobs).where(eq(jobs.name, 'mail'))
    return job as typeof jobs.$inferSelect
  }

  it('run in the web process by default, and not with WORKER=external', async () => {
    const [inProcess, external] = await Promise.all([
      openSite({}, { worker: undefined }),
      openSite({ WORKER: 'external' }, { worker: undefined }),
    ])
    await eventually(async () => (await inProcess.app.db.$count(jobs, eq(jobs.state, 'done'))) === 1)
    assert.equal(await external.app.db.$count(jobs), 0)
    await Promise.all([inProcess.close(), external.close()])
  })

  it('accept the deprecated WORKER=apart with a warning in the log', async () => {
    const lines: string[] = []
    const logger = { level: 'warn', stream: { write: (line: string) => void lines.push(line) } }
    const site = await openSite({ WORKER: 'apart' }, { worker: undefined, logger })
    await site.close()
    assert.match(lines.join(''), /WORKER=apart is now WORKER=external/)
  })

  it('run as `npm run worker` until SIGTERM', { timeout: 60_000 }, async () => {
    const worker = startProcess([path.join(root, 'app/cli.ts'), 'worker'], environment())
    await eventually(async () => worker.output().includes('Waiting for jobs'), 20_000)
    await mail()
    await mailbox.next('susan@example.com')
    await eventually(async () => (await only()).state === 'done')
    assert.equal(await endProcess(worker), 0, worker.output())
    await mail('john@example.com')
    assert.equal(mailbox.received.length, 1)
  })

  it('of the next web process take over after one was killed', { timeout: 60_000 }, async () => {
    const start = async () => {
      const port = await freePort()
      const settings = { ...environment(), PORT: String(port), PUBLIC_URL: `http://localhost:${port}` }
      const server = startProcess([path.join(root, 'app/server.ts')], settings)
      await eventually(async () => server.output().includes('is open at'), 20_000)
      return server
    }
    mailbox.mood = 'hang'
    const killed = await start()
    await mail()
    await eventually(async () => mailbox.received.length === 1, 20_000)
    await endProcess(killed, 'SIGKILL')
    mailbox.mood = 'accept'
    const next = await start()
    assert.equal((await only()).state, 'running', 'the lease of the killed process has not ended')
    // As after the lease has ended.
    await db.transaction(async tx => {
      await tx.update(jobs).set({ dueAt: new Date() }).where(eq(jobs.name, 'mail'))
      tx.invalidates('jobs')
    })
    await eventually(async () => (await only()).state === 'done', 20_000)
    const numbers = mailbox.received.map(({ email }) => String(email.messageId).split('@')[0])
    assert.equal(numbers.length, 2)
    assert.equal(new Set(numbers).size, 1)
    assert.equal(await endProcess(next), 0, next.output())
  })

  it('have a command that lists, retries and cancels jobs', async () => {
    assert.match((await cli('jobs')).output, /^There are no jobs\.\n$/)
    await mail()
    const { id } = await only()
    const failed = {
      state: 'parked',
      dueAt: null,
      error: 'no such person',
      attempts: 1,
      finishedAt: new Date(),
    }
    await db.transaction(async tx => void (await tx.update(jobs).set(failed)))
    assert.match(
      (await cli('jobs', 'list')).output,
      new RegExp(`^1 parked\n${id}\tparked\tmail\t.*no such person\n$`),
    )
    assert.match((await cli('jobs', 'retry', String(id))).output, /due again/)
    assert.equal((await only()).state, 'waiting')
    assert.match((await cli('jobs')).output, new RegExp(`^1 waiting\n${id}\twaiting\tmail`))
    assert.match((await cli('jobs', 'cancel', String(id))).output, /is cancelled/)
    assert.equal((await only()).state, 'cancelled')
    for (const words of [['cancel', String(id)], ['retry', '999'], ['retry', 'x'], ['dance'], ['retry']]) {
      const { code, output } = await cli('jobs', ...words)
      assert.equal(code, 1, words.join(' '))
      assert.match(output, /^[^\n]+\n$/, words.join(' '))
    }
  })
})
