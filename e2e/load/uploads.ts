/**
 * `npx node e2e/load/uploads.ts`: what uploads cost the real server. The memory of it and of the process that makes the images
 * while 50 pictures of 12 megapixels come in at once, and Home's answers, uncached, while 20 come in and without.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { multipart } from '../../app/testing/pictures.ts'
import { startFlags } from '../../app/testing/process.ts'
import { type Server, startServer } from './processes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'microblog-uploads-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const account = { username: 'susan', password: 'tea at the harbour' }
const megabytes = (kilobytes: number) => `${Math.round(kilobytes / 1024)} MB`

/** Of a process and of those that it started, in KB. */
function memoryOf(pid: number): number[] {
  const read = (file: string) => {
    try {
      return readFileSync(`/proc/${file}`, 'utf8')
    } catch {
      return ''
    }
  }
  const children = read(`${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean)
  return [String(pid), ...children].map(each =>
    Number(/VmRSS:\s+(\d+)/.exec(read(`${each}/status`))?.[1] ?? 0),
  )
}

/** Watches the memory while something is done. */
async function watch(
  pid: number,
  work: () => Promise<void>,
): Promise<{ server: number; maker: number; both: number }> {
  const peak = { server: 0, maker: 0, both: 0 }
  const timer = setInterval(() => {
    const [server = 0, ...others] = memoryOf(pid)
    const maker = others.reduce((sum, each) => sum + each, 0)
    peak.server = Math.max(peak.server, server)
    peak.maker = Math.max(peak.maker, maker)
    peak.both = Math.max(peak.both, server + maker)
  }, 20)
  await work()
  clearInterval(timer)
  return peak
}

/** A photo as a camera makes it: 12 megapixels, some MB. */
async function photoOf12Megapixels(): Promise<Buffer> {
  const [width, height] = [1000, 750]
  const noise = {
    create: {
      width,
      height,
      channels: 3 as const,
      background: '#888',
      noise: { type: 'gaussian' as const, mean: 128, sigma: 60 },
    },
  }
  const grain = await sharp(noise).png().toBuffer()
  return sharp(grain).resize(4000, 3000, { kernel: 'nearest' }).blur(1.5).jpeg({ quality: 90 }).toBuffer()
}

async function signUp({ url: address }: Server) {
  const asked = { 'content-type': 'application/json' }
  const body = JSON.stringify({ ...account, email: 'susan@example.com' })
  await fetch(`${address}/api/users`, { method: 'POST', headers: asked, body })
  const basic = Buffer.from(`${account.username}:${account.password}`).toString('base64')
  const granted = await fetch(`${address}/api/tokens`, {
    method: 'POST',
    headers: { ...asked, authorization: `Basic ${basic}` },
    body: JSON.stringify({ name: 'uploads', scope: 'write' }),
  })
  const { token } = (await granted.json()) as { token: string }
  const form = new URLSearchParams({ identifier: account.username, password: account.password })
  const signedIn = await fetch(`${address}/sign-in`, { method: 'POST', body: form, redirect: 'manual' })
  const cookie = signedIn.headers
    .getSetCookie()
    .map(each => each.split(';')[0])
    .join('; ')
  const headers = { ...asked, authorization: `Bearer ${token}` }
  for (let n = 0; n < 25; n++)
    await fetch(`${address}/api/posts`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ body: `Tea, number ${n} #tea` }),
    })
  return { authorization: headers.authorization, cookie }
}

/** Milliseconds that Home took, one after another, until the promise is done. */
async function homeUntil(address: string, cookie: string, done: Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  const state = { isDone: false }
  void done.finally(() => (state.isDone = true))
  while (!state.isDone) {
    const start = performance.now()
    await (await fetch(address, { headers: { cookie } })).text()
    times.push(performance.now() - start)
    await delay(5)
  }
  return times.toSorted((a, b) => a - b)
}

const at = (times: number[], share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1)
const summary = (times: number[]) =>
  `p50 ${at(times, 0.5)}, p99 ${at(times, 0.99)} ms, ${times.length} answers`

async function measure(): Promise<void> {
  const settings = {
    DATABASE_URL: `sqlite:${folder}/app.db`,
    MEDIA_URL: `file:${folder}/media`,
    RATE_LIMITS: 'off',
    PAGE_CACHE: 'off',
  }
  const server = await startServer('../../app/server.ts', settings, startFlags())
  const { pid } = server
  const { authorization, cookie } = await signUp(server)
  const data = await photoOf12Megapixels()
  const { payload, headers } = await multipart([{ field: 'file', data }])
  const statuses = new Map<number, number>()
  const upload = async () => {
    const answer = await fetch(`${server.url}/api/media`, {
      method: 'POST',
      headers: { ...headers, authorization },
      body: payload,
    })
    await answer.text()
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  }
  const uploads = (count: number) => Promise.all(Array.from({ length: count }, upload))
  console.log(`A picture has ${megabytes(data.length / 1024)}.`)
  const start = performance.now()
  const before = memoryOf(pid)[0] ?? 0
  const peak = await watch(pid, async () => void (await uploads(50)))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`50 at once took ${seconds} s; answers: ${JSON.stringify([...statuses])}`)
  console.log(
    `The server had ${megabytes(before)}, and ${megabytes(peak.server)} at the most; what makes images ${megabytes(peak.maker)}; both ${megabytes(peak.both)}.`,
  )
  for (const round of [1, 2]) {
    console.log(`Home alone, ${round}: ${summary(await homeUntil(server.url, cookie, delay(6_000)))}`)
    console.log(
      `Home while 20 come in, ${round}: ${summary(await homeUntil(server.url, cookie, uploads(20)))}`,
    )
  }
  await server.stop()
}

await measure()
