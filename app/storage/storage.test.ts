import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { BucketConfig } from '../config/media-url.ts'
import { UserError } from '../config/user-error.ts'
import { type Environment, readConfig, root } from '../config.ts'
import { freePort } from '../testing/free-port.ts'
import { bucketAt, openStore, type Store } from '../testing/s3.ts'
import { openBucket } from './bucket.ts'
import { openStorage, prepareStorage } from './open.ts'
import { type Storage, StorageUnavailable, withCheckedKeys } from './storage.ts'

const storageOf = (environment: Environment) => openStorage(readConfig(environment).media)
const bucketOf = (environment: Environment, limits: Parameters<typeof openBucket>[1]) =>
  withCheckedKeys(openBucket(readConfig(environment).media as BucketConfig, limits))

async function keysIn(storage: Storage, prefix?: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys.toSorted()
}

let folder: string
let store: Store

const kinds: Record<string, () => Storage> = {
  folder: () => storageOf({ MEDIA_URL: `file:${folder}/media` }),
  bucket: () => bucketOf(store.environment, { page: 10 }),
}

describe('storages', () => {
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'microblog-storage-'))
    store = await openStore()
  })
  after(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  for (const [kind, open] of Object.entries(kinds))
    describe(`a storage in a ${kind}`, () => {
      let storage: Storage
      before(async () => {
        storage = open()
        await storage.prepare()
      })

      it('gives back what it was given, byte by byte, and the last of two', async () => {
        const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, n) => (n * 7) % 256))
        await storage.put('a/480.webp', Buffer.from('before'))
        await storage.put('a/480.webp', bytes)
        assert.deepEqual(Buffer.from((await storage.get('a/480.webp')) ?? ''), bytes)
      })

      it('has no file that was not stored, and no folder is one', async () => {
        await storage.put('b/480.webp', Buffer.from('b'))
        for (const key of ['none/480.webp', 'b/960.webp', 'b', 'b/480.webp/1'])
          assert.equal(await storage.get(key), null)
      })

      it('opens what is passed on, but nothing that is not there', async () => {
        await storage.put('opened/1.webp', Buffer.from('some bytes'))
        assert.equal(await text((await storage.open('opened/1.webp')) as Readable), 'some bytes')
        assert.equal(await storage.open('opened/2.webp'), null)
      })

      it('deletes many at once, those that are not there, too', async () => {
        const keys = ['c/1.webp', 'c/2.webp', 'd/1.webp']
        for (const key of keys) await storage.put(key, Buffer.from(key))
        await storage.delete(['c/1.webp', 'd/1.webp', 'missing/1.webp'])
        await storage.delete(['c/1.webp'])
        await storage.delete([])
        assert.deepEqual(await keysIn(storage, 'c'), ['c/2.webp'])
        assert.deepEqual(await keysIn(storage, 'd'), [])
      })

      it('lists all files, however many, or those of a prefix', async () => {
        const keys = Array.from({ length: 35 }, (_, n) => `many-${String(n).padStart(2, '0')}/1.webp`)
        await Promise.all(keys.map(key => storage.put(key, Buffer.from('1234'))))
        assert.deepEqual(await keysIn(storage, 'many-'), keys)
        assert.deepEqual(await keysIn(storage, 'many-07/'), ['many-07/1.webp'])
        assert.deepEqual(await keysIn(storage, 'many-1'), keys.slice(10, 20))
        for await (const { bytes, age } of storage.list('many-01')) {
          assert.equal(bytes, 4)
          assert.ok(age > -2_000 && age < 60_000, `${age} ms old`)
        }
        await storage.delete(keys)
        assert.deepEqual(await keysIn(storage, 'many-'), [])
      })

      it('takes no key that is not one', async () => {
        const odd = [
          '',
          '/',
          '../x',
          'a/../x',
          'a/..',
          '/etc/passwd',
          'a//b',
          'a/',
          'A/1',
          'a b',
          'é',
          'a\0',
          'a\\b',
        ]
        for (const key of [...odd, '.a', 'a/.b', '%2e', 'a?b', 'x'.repeat(201)]) {
          const refused = /not the key of a file/
          await assert.rejects(storage.put(key, Buffer.from('x')), refused, key)
          await assert.rejects(storage.get(key), refused, key)
          await assert.rejects(storage.open(key), refused, key)
          await assert.rejects(storage.delete(['a/1', key]), refused, key)
          if (!['', 'a/'].includes(key)) await assert.rejects(keysIn(storage, key), refused, key)
        }
      })
    })

  describe('a folder', () => {
    it('keeps nothing of what it deletes, and no folder', async () => {
      const media = path.join(folder, 'empties')
      const storage = storageOf({ MEDIA_URL: `file:${media}` })
      await storage.put('a/1.webp', Buffer.from('1'))
      await storage.put('b.webp', Buffer.from('2'))
      await storage.delete(['a/1.webp', 'b.webp'])
      assert.deepEqual(await readdir(media), [])
    })

    it('that is not there yet is empty, and a file is no folder', async () => {
      const file = path.join(folder, 'file')
      await writeFile(file, 'not a folder')
      const later = storageOf({ MEDIA_URL: `file:${folder}/later/media` })
      assert.equal(await later.get('a/1.webp'), null)
      assert.deepEqual(await keysIn(later), [])
      await later.put('a/1.webp', Buffer.from('x'))
      assert.deepEqual(await keysIn(later), ['a/1.webp'])
      await assert.rejects(keysIn(storageOf({ MEDIA_URL: `file:${file}` })), StorageUnavailable)
    })

    it('that cannot be made stops the start with a sentence', async () => {
      const file = path.join(folder, 'taken')
      await writeFile(file, '')
      const media = { kind: 'folder', path: path.join(file, 'media') } as const
      const warned = () => assert.fail('this is no warning')
      await assert.rejects(prepareStorage(openStorage(media), media, { warn: warned }), (error: Error) => {
        assert.ok(error instanceof UserError)
        assert.match(
          error.message,
          /^the folder of pictures cannot be used \(ENOTDIR\): .*taken\/media: check MEDIA_URL/,
        )
        return true
      })
    })
  })

  describe('a folder on a disk that is full', () => {
    it('refuses the file in words, and keeps no part of it', async () => {
      const media = path.join(folder, 'full')
      const script = `
      const { openFolder } = await import('${root}/app/storage/folder.ts')
      const storage = openFolder('${media}')
      await storage.put('a/1.webp', Buffer.alloc(1_000))
      await storage.put('a/2.webp', Buffer.alloc(100_000)).catch(error => console.log(error.name, error.message))
      await storage.put('b/1.webp', Buffer.alloc(100_000)).catch(error => console.log(error.name, error.message))`
      // No file may grow beyond 20 KB, as if that were all that is left.
      const shell = ['-c', 'ulimit -f 20 && exec "$0" --input-type=module -e "$1"', process.execPath, script]
      const { stdout } = await promisify(execFile)('bash', shell)
      assert.match(
        stdout,
        /^(StorageUnavailable the folder of pictures cannot be used \(EFBIG\): .*full\n){2}$/,
      )
      assert.deepEqual(await readdir(media), ['a'])
      assert.deepEqual(await readdir(path.join(media, 'a')), ['1.webp'])
    })
  })

  describe('a bucket that cannot be used', () => {
    const servers: Server[] = []
    after(() => {
      for (const server of servers) server.close()
    })
    /** A server that does this with each connection. */
    async function serverThat(handle: (socket: Socket) => void): Promise<number> {
      const server = createServer(handle).listen(0, '127.0.0.1')
      servers.push(server)
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    }
    async function isUnavailable(environment: Environment, reason: RegExp, limits = {}): Promise<void> {
      const storage = bucketOf(environment, limits)
      const calls = [
        storage.put('a/1.webp', Buffer.from('x')),
        storage.get('a/1.webp'),
        storage.open('a/1.webp'),
        storage.delete(['a/1.webp']),
        keysIn(storage),
      ]
      for (const call of await Promise.allSettled(calls)) {
        assert.equal(call.status, 'rejected')
        assert.ok(call.reason instanceof StorageUnavailable, String(call.reason))
        assert.equal(call.reason.statusCode, 503)
        assert.match(call.reason.message, reason)
      }
    }

    it('because it is not there', () => isUnavailable(bucketAt(store.port, { bucket: 'missing' }), /bucket/i))
    it('because the key is unknown', () =>
      isUnavailable(bucketAt(store.port, { key: 'unknown' }), /InvalidAccessKeyId/))
    it('because the secret is wrong', async () => {
      const error = '<Error><Code>SignatureDoesNotMatch</Code><Message>No</Message></Error>'
      const head = `HTTP/1.1 403 No\r\ncontent-type: application/xml\r\ncontent-length: ${error.length}\r\n\r\n`
      const port = await serverThat(socket => socket.on('data', () => socket.end(head + error)))
      await isUnavailable(bucketAt(port), /SignatureDoesNotMatch/)
    })
    it('because the store is away', async () => isUnavailable(bucketAt(await freePort()), /ECONNREFUSED/))
    it('because it accepts and never answers', async () => {
      const port = await serverThat(() => {})
      await isUnavailable(bucketAt(port), /in time/, { patience: 200, patienceForMany: 300 })
    })
    it('because connections are cut', async () => {
      const port = await serverThat(socket => socket.once('data', () => socket.resetAndDestroy()))
      await isUnavailable(bucketAt(port), /./)
    })
    it('because the store has errors', async () => {
      const port = await serverThat(socket =>
        socket.on('data', () => socket.end('HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n')),
      )
      await isUnavailable(bucketAt(port), /S3 returned 500/)
    })
  })
})
