/** A proxy that cuts connections in the middle of a request or of an answer. */
import { randomUUID } from 'node:crypto'
import type { TestDatabase } from '../../app/testing/database.ts'
import { ended, open, type Scene, statusOf } from './connection.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import { signedIn } from './load.ts'
import { claim, type FaultOptions } from './program.ts'
import { countOf, rowsOf } from './rows.ts'
import type { Visitor } from './visitor.ts'

/** The same form is sent until its answer came; how often it was cut before, and where, is random. */
export async function connectionsCut({ server, database }: Scene, { quick }: FaultOptions): Promise<void> {
  const forms = quick ? 30 : 300
  const proxy = await CuttingProxy.to(server.port)
  const direct = await signedIn(server.url, 'susan')
  const cuts = { request: 0, answer: 0, done: 0 }
  for (let n = 0; n < forms; n++) await sendThroughCuts(n, { proxy, direct, cuts })
  proxy.close()
  await claimOnce(forms, cuts, database)
  claim('and the server serves others', (await direct.get('/explore')).status === 200)
}

type Cuts = { request: number; answer: number; done: number }
type Stretch = { proxy: CuttingProxy; direct: Visitor; cuts: Cuts }

/** One in ten is not sent again: it may be there or not. */
async function sendThroughCuts(n: number, { proxy, direct, cuts }: Stretch): Promise<void> {
  const isAnswer = n % 2 === 1
  const after = Math.floor(Math.random() * (isAnswer ? 300 : 600))
  proxy.cut = isAnswer ? { received: after } : { sent: after }
  const sent = { body: `cut ${n}`, submission: randomUUID() }
  // A connection of its own each time: a browser that was cut opens another one.
  if ((await postOnce(proxy.url, direct, sent)) === 303) return
  if (isAnswer) cuts.answer++
  else cuts.request++
  if (n % 10 === 0) return
  proxy.cut = {}
  if ((await direct.post('/posts', sent)).status === 303) cuts.done++
}

async function claimOnce(forms: number, cuts: Cuts, { config }: TestDatabase): Promise<void> {
  const copies = `select body, count(*) from posts where body like 'cut %' group by body`
  const doubled = await countOf(config, `select count(*) from (${copies} having count(*) > 1) as doubled`)
  const there = await countOf(config, `select count(*) from (${copies}) as found`)
  const figures = `${cuts.request} requests and ${cuts.answer} answers cut; ${there} of ${forms} posts there`
  const isOnce = doubled === 0 && there >= forms * 0.9
  claim('a form whose connection was cut is done once or not at all', isOnce, figures)
  const cutSome = cuts.request + cuts.answer > forms / 2 && cuts.answer > 0
  claim('sent again after a cut, it goes through', cutSome && cuts.done > 0, `${cuts.done} times`)
}

/** Posts that were sent here, and not by those who use the site meanwhile. */
export async function cutBodies({ config }: TestDatabase): Promise<string[]> {
  const rows = await rowsOf(config, `select body from posts where body like 'cut %'`)
  return rows.map(({ body }) => String(body))
}

/** The status of a form sent over a connection of its own; null if the connection broke. */
async function postOnce(url: string, visitor: Visitor, form: Record<string, string>): Promise<number | null> {
  const body = String(new URLSearchParams(form))
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const type = 'application/x-www-form-urlencoded'
  const head = `POST /posts HTTP/1.1\r\nhost: x\r\nconnection: close\r\nsec-fetch-site: same-origin\r\ncontent-type: ${type}`
  const raw = await exchange(
    url,
    `${head}\r\ncookie: ${cookie}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return raw.includes('\r\n\r\n') ? statusOf(raw) : null
}

/** Everything that comes back until the connection has ended, however. */
async function exchange(url: string, request: string): Promise<string> {
  const socket = open(url)
  let answer = ''
  socket.setEncoding('latin1').on('data', text => (answer += text))
  socket.write(request)
  await ended(socket)
  return answer
}
