/** Forms with files, for the routes that take them: `config: { uploads: true }`. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import plugin from 'fastify-plugin'
import { sanitizeText } from '../text/normalize.ts'
import { Problem } from './errors.ts'
import { type Form, formOf, maxFields } from './forms.ts'

/** Why a file is not kept: it is too large, too much is uploaded at this time, or the disk is full or refuses. */
export type UploadProblem = 'too_large' | 'busy' | 'unavailable'
/** A file of a form. It is there until the response has been sent, unless it has a problem. */
export type Upload = {
  field: string
  /** As the sender's file is called, for a sentence about it. */
  name: string
  path: string
  bytes: number
  problem: UploadProblem | null
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route also takes forms with files. */
    uploads?: boolean
  }
  interface FastifyRequest {
    /** The files of the form, in its order. */
    readonly uploads: Upload[]
  }
}

export const maxUploadBytes = 10 * 1024 * 1024
/** Of a whole form: more than is kept, so that one with files that are too large comes back with its words. */
const maxFormBytes = 100 * 1024 * 1024
/** Of all texts of a form, as in one without files. */
const maxTextBytes = 64 * 1024
/** Of the files that this process keeps at a time. */
const maxKeptBytes = 512 * 1024 * 1024
const maxFiles = 100
const limits = {
  fieldSize: maxTextBytes,
  fields: maxFields,
  files: maxFiles,
  parts: maxFields + maxFiles,
  headerPairs: 20,
  headerSize: 4_096,
  fileSize: maxUploadBytes,
}
const filePrefix = 'microblog-upload-'
/** A file this old was left by a process that was killed. */
const leftoverAgeMs = 3_600_000

const uploadsOf = new WeakMap<FastifyRequest, Upload[]>()
let keptBytes = 0

export default plugin(async (app: FastifyInstance) => {
  acceptUploads(app)
  app.addHook('onReady', deleteLeftovers)
})

/** Lets the routes of this scope that say so take forms with files. */
export function acceptUploads(app: FastifyInstance): void {
  app.decorateRequest('uploads', {
    getter(this: FastifyRequest) {
      return uploadsOf.get(this) ?? []
    },
  })
  app.addHook('onRoute', prepareRoute)
  app.addContentTypeParser('multipart/form-data', async (request: FastifyRequest, body: IncomingMessage) => {
    if (request.routeOptions.config.uploads) return receive(request, body)
    throw new Problem(415)
  })
}

/** Refuses what is too large before it is sent, and deletes the files after the response, or when the client breaks off. */
function prepareRoute(route: RouteOptions): void {
  if (!route.config?.uploads) return
  route.preParsing = async (request, reply, payload) => {
    const remove = () => void removeUploads(request)
    reply.raw.once('finish', remove).once('close', remove)
    if (Number(request.headers['content-length'] ?? 0) <= maxFormBytes) return payload
    reply.header('connection', 'close')
    throw new Problem(413, 'forms.too_large')
  }
}

async function removeUploads(request: FastifyRequest): Promise<void> {
  const uploads = uploadsOf.get(request) ?? []
  uploadsOf.delete(request)
  for (const upload of uploads) await drop(request, upload)
}

/** Without harm if it is dropped already. */
async function drop({ log }: FastifyRequest, upload: Upload): Promise<void> {
  keptBytes -= upload.bytes
  upload.bytes = 0
  await rm(upload.path, { force: true }).catch(error => log.warn({ err: error }, 'an upload was left'))
}

/** Reads the texts of a form, sanitized like those of any, and keeps its files. */
async function receive(request: FastifyRequest, body: IncomingMessage): Promise<Form> {
  const uploads: Upload[] = []
  const files = new Map<Readable, Promise<void>>()
  uploadsOf.set(request, uploads)
  try {
    const fields = await readParts(body, (stream, field, name) => {
      const temporary = path.join(tmpdir(), filePrefix + randomUUID())
      const known = { field, name: nameOf(name) }
      const upload: Upload = { ...known, path: temporary, bytes: 0, problem: null }
      // An empty field arrives as a file without a name. A stranger's files are not kept, but the words beside them.
      const isKept = Boolean(name && request.viewer)
      if (isKept) uploads.push(upload)
      const taken = isKept ? keep(request, upload, stream) : pass(stream)
      files.set(stream, taken)
      return taken
    })
    await Promise.all(files.values())
    if (!uploadsOf.has(request)) throw new Problem(400)
    return formOf(fields)
  } catch (error) {
    for (const file of files.keys()) file.destroy(error as Error)
    await Promise.allSettled(files.values())
    for (const upload of uploads) await drop(request, upload)
    uploadsOf.delete(request)
    throw error instanceof Problem ? error : new Problem(400, 'forms.broken')
  }
}

/** A line that is not too long to be read. */
function nameOf(name = ''): string {
  return [...sanitizeText(name).replaceAll(/\s+/g, ' ')].slice(0, 100).join('')
}

type TakeFile = (stream: Readable, field: string, name: string | undefined) => Promise<void>

/** Reads to the end of a form, and returns its texts; files may be on their way to the disk then. */
async function readParts(body: IncomingMessage, take: TakeFile): Promise<[string, string][]> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refuse = () => reject(new Problem(413, 'forms.too_large'))
  const fields: [string, string][] = []
  let [bytes, textBytes] = [0, 0]
  const parser = new Busboy({ headers: body.headers as { 'content-type': string }, limits })
  for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit']) parser.on(event, refuse)
  parser.on('field', (name, value, _isNameCut, isCut) => {
    textBytes += Buffer.byteLength(name + value)
    if (isCut || textBytes > maxTextBytes) refuse()
    else fields.push([name, value])
  })
  parser.on('file', (field, stream, name) => {
    stream.on('error', reject)
    take(stream, field, name).catch(reject)
  })
  parser.once('error', reject).once('finish', resolve)
  body.on('data', ({ length }: Buffer) => (bytes += length) > maxFormBytes && refuse())
  body.once('error', reject).once('close', () => body.readableEnded || reject(new Problem(400)))
  body.pipe(parser)
  await promise.finally(() => body.unpipe(parser).resume())
  return fields
}

/** What cannot be kept is read to its end all the same, because texts may follow. */
async function keep(request: FastifyRequest, upload: Upload, stream: Readable & { truncated?: boolean }) {
  let file: FileHandle | null = null
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (!upload.problem && keptBytes + chunk.length > maxKeptBytes) upload.problem = 'busy'
      if (upload.problem) continue
      keptBytes += chunk.length
      upload.bytes += chunk.length
      try {
        file ??= await open(upload.path, 'wx', 0o600)
        await file.writeFile(chunk)
      } catch (error) {
        request.log.error({ err: error }, 'an upload cannot be kept')
        upload.problem = 'unavailable'
      }
    }
    if (stream.truncated) upload.problem ??= 'too_large'
  } finally {
    await file?.close()
    if (upload.problem) await drop(request, upload)
  }
}

async function pass(stream: Readable): Promise<void> {
  for await (const _ of stream);
}

async function deleteLeftovers(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names.filter(each => each.startsWith(filePrefix))) {
    const file = path.join(tmpdir(), name)
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > leftoverAgeMs) await rm(file, { force: true }).catch(() => {})
  }
}
