import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { root } from '../config.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The address of a file of public/, which changes when any of them does. */
    asset(file: string): string
  }
}

const folder = path.join(root, 'public')
const aYear = 'public, max-age=31536000, immutable'

/** `public/` under one digest prefix, kept by browsers for a year; all stylesheets as one, in layer order. */
export default plugin(async (app: FastifyInstance) => {
  const prefix = `/assets/${digestOf(folder)}/`
  app.decorate('asset', (file: string) => prefix + file)
  await app.register(scope => serveFiles(scope, prefix))
})

/** A scope of its own, so that only what is served here passes the library's compression. */
async function serveFiles(app: FastifyInstance, prefix: string): Promise<void> {
  const stylesheet = joinStylesheets(path.join(folder, 'css'))
  await app.register(compress, {
    threshold: 256,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
  app.get(`${prefix}css/application.css`, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', aYear).send(stylesheet),
  )
  await app.register(files, { root: folder, prefix, wildcard: false, immutable: true, maxAge: '1y' })
  app.get('/favicon.ico', async (_request, reply) =>
    reply.sendFile('images/favicon.ico', { maxAge: '1d', immutable: false }),
  )
}

function digestOf(folder: string): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )) {
    hash.update(file.name).update(readFileSync(path.join(file.parentPath, file.name)))
  }
  return hash.digest('hex').slice(0, 12)
}

function joinStylesheets(folder: string): string {
  const names = readdirSync(folder)
    .filter(name => name.endsWith('.css'))
    .toSorted()
  const layersFirst = names.toSorted((a, b) => Number(b === '_layers.css') - Number(a === '_layers.css'))
  return layersFirst.map(name => readFileSync(path.join(folder, name), 'utf8')).join('\n')
}
