import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Browser } from '../testing/browser.ts'
import { eventually } from '../testing/eventually.ts'
import { multipart } from '../testing/pictures.ts'
import { openSite, type Site } from '../testing/site.ts'
import { maxUploadBytes, type Upload } from './uploads.ts'

type Received = { body: Record<string, string>; uploads: (Upload & { found: number })[] }

/** Shows what it receives. */
async function routes(app: FastifyInstance) {
  app.post('/received', { config: { uploads: true } }, async ({ body, uploads }: FastifyRequest) => {
    const found = (file: Upload) =>
      stat(file.path).then(
        ({ size }) => size,
        () => -1,
      )
    return {
      body,
      uploads: await Promise.all(uploads.map(async each => ({ ...each, found: await found(each) }))),
    }
  })
}

const kept = async () => (await readdir(tmpdir())).filter(name => name.startsWith('microblog-upload-'))
const nothingKept = () => eventually(async () => (await kept()).length === 0)
const file = (bytes: number) => Buffer.alloc(bytes, 'tea ')

describe('a form with files', () => {
  let site: Site
  let susan: Browser
  const { TMPDIR } = process.env
  before(async () => {
    process.env['TMPDIR'] = await mkdtemp(path.join(tmpdir(), 'microblog-uploads-'))
    site = await openSite({}, { routes })
    susan = await site.signedIn('susan')
  })
  after(async () => {
    await site.close()
    await rm(tmpdir(), { recursive: true })
    if (TMPDIR === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = TMPDIR
  })

  const received = async (
    ...sent: Parameters<Browser['upload']> extends [string, ...infer Rest] ? Rest : never
  ) => {
    const answer = await susan.upload('/received', ...sent)
    assert.equal(answer.status, 200, answer.text)
    return answer.json() as Received
  }

  it('has the fields of any form, and its files until it is answered', async () => {
    const fields = { body: 'one\r\ntwo\u0007', username: ' @susan', 'a\0b': 'x' }
    const { body, uploads } = await received(
      [{ data: file(3) }, { data: file(70_000), field: 'files2' }],
      fields,
    )
    assert.deepEqual(body, { body: 'one\ntwo', username: 'susan', ab: 'x' })
    const seen = uploads.map(({ field, bytes, found, problem }) => [field, bytes, found, problem])
    assert.deepEqual(seen, [
      ['files', 3, 3, null],
      ['files2', 70_000, 70_000, null],
    ])
    await nothingKept()
  })

  it('comes with its words if a file is too large, and without the fields that are empty', async () => {
    const empty = { data: file(0), name: '', type: 'application/octet-stream' }
    const { body, uploads } = await received(
      [{ data: file(maxUploadBytes + 1) }, empty, { data: file(maxUploadBytes) }],
      { body: 'Tea' },
    )
    assert.equal(body['body'], 'Tea')
    assert.deepEqual(
      uploads.map(({ problem, found }) => [problem, found]),
      [
        ['too_large', -1],
        [null, maxUploadBytes],
      ],
    )
    await nothingKept()
  })

  it('that is broken or too long gets a sentence', async () => {
    const { payload, headers } = await multipart([{ data: file(1000) }], { body: 'Tea' })
    const type = { 'content-type': 'multipart/form-data' }
    const many = (field: (n: number) => string) =>
      Object.fromEntries(Array.from({ length: 251 }, (_, n) => [field(n), 'x']))
    const sent: [number, Buffer, Record<string, string>][] = [
      [400, payload.subarray(0, -40), headers],
      [400, payload.subarray(0, 300), headers],
      [400, Buffer.from('nonsense'), headers],
      [400, payload, type],
      [413, (await multipart([], { body: 'x'.repeat(70_000) })).payload, {}],
      [
        413,
        (
          await multipart(
            [],
            many(n => `f${n}`),
          )
        ).payload,
        {},
      ],
      [413, (await multipart(Array.from({ length: 101 }, () => ({ data: file(1) })))).payload, {}],
      [413, payload, { ...headers, 'content-length': String(2 ** 30) }],
    ]
    for (const [index, [status, body, given]] of sent.entries()) {
      const boundary = body.toString('latin1', 2, body.indexOf('\r\n'))
      const own = { 'content-type': `multipart/form-data; boundary=${boundary}`, ...given }
      const answer = await susan.ask({ method: 'POST', url: '/received', payload: body, headers: own })
      assert.equal(answer.status, status, `${index}: ${answer.text}`)
      assert.match(answer.text, status === 400 ? /form didn’t arrive/ : /fits into one form/, String(index))
    }
    await nothingKept()
  })

  it('is refused from another site and where no route takes it, and a stranger’s files are not kept', async () => {
    const crossSite = { 'sec-fetch-site': 'cross-site' }
    const files = [{ data: file(100_000) }]
    assert.equal((await susan.upload('/received', files, {}, crossSite)).status, 403)
    assert.equal((await susan.upload('/settings/theme', files)).status, 415)
    const asked = await site.visitor().upload('/received', files, { body: 'Tea' })
    assert.equal(asked.status, 401)
    assert.deepEqual(await kept(), [])
  })

  it('that is broken off leaves nothing', async () => {
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = site.app.server.address() as net.AddressInfo
    const { payload, headers } = await multipart([{ data: file(500_000) }], { body: 'Tea' })
    const cookie = [...susan.cookies].map(pair => pair.join('=')).join('; ')
    const head = [
      'POST /received HTTP/1.1',
      'host: localhost',
      `cookie: ${cookie}`,
      `content-length: ${payload.length}`,
    ]
    const socket = net.connect(port, '127.0.0.1')
    socket.write(`${[...head, `content-type: ${headers['content-type']}`].join('\r\n')}\r\n\r\n`)
    socket.write(payload.subarray(0, 400_000))
    await eventually(async () => (await kept()).length === 1)
    socket.destroy()
    await nothingKept()
    assert.equal((await received([{ data: file(3) }])).uploads.length, 1, 'and others are served')
  })
})
