import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Environment } from '../config.ts'

type Options = { directory: string; port: number; address: string; silent: boolean; vhostBuckets: boolean }
type Server = {
  run(): Promise<AddressInfo>
  close(): Promise<void>
  httpServer: import('node:http').Server
}
const require = createRequire(import.meta.url)

/** It ciphers its pages' tokens with DES, which OpenSSL has no longer; three times the same key is the same cipher. */
const crypto = require('node:crypto') as typeof import('node:crypto')
const { createCipheriv, createDecipheriv } = crypto
const tripled =
  <Make extends typeof createCipheriv | typeof createDecipheriv>(make: Make) =>
  (algorithm: string, key: Buffer, iv: Buffer) =>
    algorithm === 'des' ? make('des-ede3-cbc', Buffer.concat([key, key, key]), iv) : make(algorithm, key, iv)
Object.assign(crypto, {
  createCipheriv: tripled(createCipheriv),
  createDecipheriv: tripled(createDecipheriv),
})

/** It has no types, and checks the key's name alone: any secret is right. */
const S3rver = require('s3rver') as new (
  options: Options & { configureBuckets: { name: string }[] },
) => Server

/** A store that speaks S3, with an empty bucket, in this process. */
export type Store = { port: number; environment: Environment; close(): Promise<void> }

const bucket = 'pictures'

/** The variables of a bucket at this port of this machine. */
export function bucketAt(port: number, given: { bucket?: string; key?: string } = {}): Environment {
  return {
    MEDIA_URL: `s3://${given.bucket ?? bucket}?endpoint=http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: given.key ?? 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
  }
}

export async function openStore(): Promise<Store> {
  const directory = await mkdtemp(path.join(tmpdir(), 'microblog-store-'))
  const options = { directory, port: 0, address: '127.0.0.1', silent: true, vhostBuckets: false }
  const server = new S3rver({ ...options, configureBuckets: [{ name: bucket }] })
  const { port } = await server.run()
  return {
    port,
    environment: bucketAt(port),
    async close() {
      server.httpServer.closeAllConnections()
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
