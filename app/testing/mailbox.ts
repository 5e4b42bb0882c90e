import { text } from 'node:stream/consumers'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

/** accept; refuse the recipient for good; refuse for now; never greet; keep the mail but never say so; cut the line. */
export type Mood = 'accept' | 'refuse' | 'busy' | 'silent' | 'hang' | 'drop'

/** A mail as it arrived: `to` is the envelope's recipient, `source` the raw text, the rest postal-mime's reading. */
export type Received = {
  to: string
  /** The name with which the sender greeted. */
  greeting: string
  source: string
  subject: string
  text: string
  html: string
  email: Email
}

/**
 * A real mail server that keeps what it gets:
 *
 *     const mailbox = await openMailbox()
 *     const site = await openSite({ SMTP_URL: mailbox.url })
 *     await browser.post('/passwords', { email: 'susan@example.com' })
 *     await site.workJobs()                              // jobs run when a test says so
 *     const { subject, text } = await mailbox.next('susan@example.com')
 *     const [link] = linksIn(text)
 *     after(() => mailbox.close())
 */
export type Mailbox = {
  /** For SMTP_URL; its time limits are long, because a busy machine is not a mail server that hangs. */
  url: string
  /** The same with short ones, for a test of a server that does hang. */
  hastyUrl: string
  /** How it behaves from now on. */
  mood: Mood
  received: Received[]
  /** The oldest mail to this address that was not taken yet; waits for it a while. */
  next(address: string): Promise<Received>
  /** Stops answering, as if the machine were off. */
  stop(): Promise<void>
  /** Answers again, at the same address. */
  start(): Promise<void>
  close(): Promise<void>
}

/** The addresses of this site, or any other, in a text. */
export function linksIn(text: string): string[] {
  return text.match(/https?:\/\/\S+/g) ?? []
}

export async function openMailbox(): Promise<Mailbox> {
  const port = await freePort()
  const received: Received[] = []
  let server: SMTPServer | null = null
  const within = (ms: number) =>
    `smtp://127.0.0.1:${port}?connectionTimeout=${ms}&greetingTimeout=${ms}&socketTimeout=${ms}`
  const mailbox: Mailbox = {
    url: within(60_000),
    hastyUrl: within(500),
    mood: 'accept',
    received,
    next: takeOneByOne(received),
    start: async () => void (server ??= await listen(port, manners(mailbox))),
    stop: async () => {
      const listening = server
      server = null
      if (listening) await new Promise<void>(resolve => listening.close(() => resolve()))
    },
    close: () => mailbox.stop(),
  }
  await mailbox.start()
  return mailbox
}

function takeOneByOne(received: Received[]): Mailbox['next'] {
  const taken = new Set<Received>()
  return async address => {
    const waiting = () => received.find(mail => mail.to === address && !taken.has(mail))
    await eventually(async () => waiting() !== undefined)
    const mail = waiting() as Received
    taken.add(mail)
    return mail
  }
}

function listen(port: number, options: SMTPServerOptions): Promise<SMTPServer> {
  const { promise, resolve, reject } = Promise.withResolvers<SMTPServer>()
  const server = new SMTPServer({
    ...options,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 50,
  })
  // A line that is cut is what some tests are about.
  server.on('error', () => {})
  server.server.once('error', reject)
  server.listen(port, '127.0.0.1', () => resolve(server))
  return promise
}

const refusals: Partial<Record<Mood, [number, string]>> = {
  refuse: [550, 'no such person here'],
  busy: [450, 'try again later'],
}

function manners(mailbox: Mailbox): SMTPServerOptions {
  return {
    onConnect: (_session, callback) => {
      if (mailbox.mood !== 'silent') callback()
    },
    onRcptTo: (_address, _session, callback) => {
      const [responseCode, message] = refusals[mailbox.mood] ?? [0, '']
      callback(responseCode ? Object.assign(new Error(message), { responseCode }) : null)
    },
    onData: async (stream, { envelope, hostNameAppearsAs }, callback) => {
      const source = await text(stream)
      if (mailbox.mood === 'drop') return restart(mailbox)
      for (const { address } of envelope.rcptTo)
        mailbox.received.push(await receivedOf({ to: address, greeting: hostNameAppearsAs, source }))
      if (mailbox.mood === 'hang') return
      callback()
    },
  }
}

async function restart({ stop, start }: Mailbox): Promise<void> {
  await stop()
  await start()
}

async function receivedOf(raw: Pick<Received, 'to' | 'greeting' | 'source'>): Promise<Received> {
  const email = await PostalMime.parse(raw.source)
  const { subject = '', text = '', html = '' } = email
  return { ...raw, subject, text, html, email }
}
