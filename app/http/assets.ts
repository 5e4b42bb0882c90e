import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, type InputType } from 'node:zlib'
import files from '@fastify/static'
import type { FastifyInstance, onSendAsyncHookHandler } from 'fastify'
import plugin from 'fastify-plugin'
import { root } from '../config.ts'
import { memoize } from '../text/memoize.ts'
import { type Encoding, encodingFor } from './compression.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The URL of a file in public/; it changes whenever one of the files does. */
    asset(file: string): string
  }
}

const folder = path.join(root, 'public')
const aYear = 'public, max-age=31536000, immutable'

/** Serves `public/` under one digest prefix, cached for a year; the stylesheets are joined into two, in layer order. */
export default plugin(async (app: FastifyInstance) => {
  const prefix = `/assets/${digestOf(folder)}/`
  app.decorate('asset', (file: string) => prefix + file)
  await app.register(scope => serveFiles(scope, prefix))
})

/** Registered in its own scope, so that only these files are compressed at the highest level. */
async function serveFiles(app: FastifyInstance, prefix: string): Promise<void> {
  const stylesheets = joinStylesheets(path.join(folder, 'css'))
  const read = (file: string) => stylesheets[file] ?? readFileSync(path.join(folder, file))
  app.addHook('onSend', compressing(prefix, read))
  for (const [file, stylesheet] of Object.entries(stylesheets))
    app.get(prefix + file, async (_request, reply) =>
      reply.type('text/css; charset=utf-8').header('cache-control', aYear).send(stylesheet),
    )
  await app.register(files, { root: folder, prefix, wildcard: false, immutable: true, maxAge: '1y' })
  app.get('/favicon.ico', async (_request, reply) =>
    reply.sendFile('images/favicon.ico', { maxAge: '1d', immutable: false }),
  )
}

/** Compresses each text once, on its first request. Reading is synchronous, so that its failure is not memoized. */
function compressing(prefix: string, read: (file: string) => string | Buffer): onSendAsyncHookHandler {
  const compressed = memoize(
    ({ file, encoding }: { file: string; encoding: Encoding }) => smallest[encoding](read(file)),
    ({ file, encoding }) => `${encoding} ${file}`,
  )
  return async (request, reply, payload) => {
    const file = request.routeOptions.url?.slice(prefix.length) ?? ''
    if (reply.statusCode !== 200 || !isText.test(file)) return payload
    reply.header('vary', 'accept-encoding')
    const encoding = encodingFor(request)
    if (!encoding) return payload
    if (payload instanceof Readable) payload.destroy()
    reply.header('content-encoding', encoding).removeHeader('content-length').removeHeader('accept-ranges')
    return compressed({ file, encoding })
  }
}

const isText = /\.(css|js|svg|json)$/
const [toBrotli, toGzip] = [promisify(brotliCompress), promisify(gzip)]
const smallest: Record<Encoding, (text: InputType) => Promise<Buffer>> = {
  br: toBrotli,
  gzip: text => toGzip(text, { level: constants.Z_BEST_COMPRESSION }),
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

/** Comments are for those who write the stylesheets, and were a fifth of what is sent. */
const comment = /\/\*.*?\*\//gs

/** What only pages with pictures need; a member's page may get some while it is open. */
const ofPictures = ['image.css', 'image-viewer.css']
/** The reference of the API, and the mails of development. */
const ofDevelopers = ['api.css', 'mail.css']
/** What visitors do not see without pictures: it would be a tenth of what their first page weighs. */
const ofMembers = [
  ...ofPictures,
  'completion.css',
  'composer.css',
  'export.css',
  'message.css',
  'notification.css',
  'post-pictures.css',
  'settings.css',
  'shortcuts.css',
  'token.css',
]

/** The stylesheet of every page, and those that some have besides: members', visitors' with pictures, and developers'. */
function joinStylesheets(folder: string): Record<string, string> {
  const names = readdirSync(folder)
    .filter(name => name.endsWith('.css'))
    .toSorted()
  const layersFirst = names.toSorted((a, b) => Number(b === '_layers.css') - Number(a === '_layers.css'))
  const join = (some: string[]) =>
    some
      .map(name => readFileSync(path.join(folder, name), 'utf8'))
      .join('\n')
      .replaceAll(comment, '')
  return {
    'css/application.css': join(layersFirst.filter(name => ![...ofMembers, ...ofDevelopers].includes(name))),
    'css/members.css': join(ofMembers),
    'css/pictures.css': join(ofPictures),
    'css/developers.css': join(ofDevelopers),
  }
}
