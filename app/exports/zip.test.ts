import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../testing/eventually.ts'
import { endedProcess, startProcess } from '../testing/process.ts'
import { unzip } from '../testing/unzip.ts'
import { type ArchiveFile, inChunks, zipBytes } from './zip.ts'

async function* these(files: ArchiveFile[]) {
  yield* files
}

async function collect(bytes: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return chunks
}
const all = async (bytes: AsyncIterable<Buffer>) => Buffer.concat(await collect(bytes))
const now = new Date('2026-11-20T16:00:00Z')

describe('a ZIP', () => {
  it('holds its files in their order, also empty ones and long ones', async () => {
    const files = [
      { path: 'a.txt', text: ['one ', 'two 😀'] },
      { path: 'empty.txt', text: [] },
      { path: 'ñandú.txt', text: Array(2_000).fill('words '.repeat(100)) },
      { path: 'picture.webp', bytes: Buffer.from('RIFF') },
    ]
    const found = await unzip(await all(zipBytes(these(files), now)))
    assert.deepEqual(
      [...found],
      files.map(file => [file.path, file.text?.join('') ?? String(file.bytes)]),
    )
  })

  it('is whole with no files, and with very many', async () => {
    assert.equal((await unzip(await all(zipBytes(these([]), now)))).size, 0)
    const many = Array.from({ length: 2_000 }, (_, n) => ({ path: `${n}.txt`, text: [String(n)] }))
    assert.equal((await unzip(await all(zipBytes(these(many), now)))).get('1999.txt'), '1999')
  })

  it('fails as one of its files fails', async () => {
    const files: ArchiveFile[] = [
      { path: 'a.txt', text: ['fine'] },
      {
        path: 'b.txt',
        text: (async function* () {
          yield 'so far'
          throw new Error('the disk is on fire')
        })(),
      },
    ]
    await assert.rejects(all(zipBytes(these(files), now)), /on fire/)
  })

  it('fails as the list of its files fails', async () => {
    const files = (async function* (): AsyncGenerator<ArchiveFile> {
      yield { path: 'a.txt', text: ['fine'] }
      throw new Error('no more')
    })()
    await assert.rejects(all(zipBytes(files, now)), /no more/)
  })

  it('asks for nothing more once nobody takes it', async () => {
    let isLetGo = false
    let asked = 0
    const endless = async function* () {
      try {
        for (;;) {
          asked += 1
          yield String(Math.random()).repeat(1_000)
        }
      } finally {
        isLetGo = true
      }
    }
    for await (const bytes of zipBytes(these([{ path: 'endless.txt', text: endless() }]), now))
      if (bytes.length > 10_000) break
    await eventually(async () => isLetGo)
    assert.ok(asked < 1_000, 'and not far ahead of whoever takes it')
  })

  it('is packed in bounded memory, however much there is', { timeout: 60_000 }, async () => {
    const code = `
      import { zipBytes } from '${import.meta.resolve('./zip.ts')}'
      async function* files() {
        for (let n = 0; n < 150; n++) {
          yield { path: n + '.txt', text: [String(n).repeat(1_000_000)] }
          yield { path: n + '.webp', bytes: Buffer.alloc(1_000_000, n) }
        }
      }
      let size = 0
      for await (const bytes of zipBytes(files(), new Date())) size += bytes.length
      console.log(size)`
    const child = startProcess(['--max-old-space-size=48', '--input-type=module', '--eval', code], {})
    const { code: status, output } = await endedProcess(child)
    assert.equal(status, 0, output)
  })
})

describe('bytes in chunks', () => {
  for (const sizes of [[], [1], [10], [3, 3, 3, 3], [25], [9, 1, 10, 31]])
    it(`of ten: ${sizes.join(' + ')}`, async () => {
      const chunks = sizes.map((size, n) => Buffer.alloc(size, n + 1))
      const given = (async function* () {
        yield* chunks
      })()
      const pieces = await collect(inChunks(given, 10))
      assert.deepEqual(Buffer.concat(pieces), Buffer.concat(chunks))
      assert.ok(pieces.slice(0, -1).every(({ length }) => length === 10))
      assert.ok(pieces.every(({ length }) => length > 0 && length <= 10))
    })
})
