import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { findAccount } from '../accounts/queries.ts'
import { Problem } from '../http/errors.ts'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import { IdParams } from '../http/params.ts'
import type { Language } from '../locales/translate.ts'
import { canMail } from '../mail/mail.ts'
import { asksForPassword, confirmRecently } from '../passwords/confirm-password.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import { ExportForm } from './forms.ts'
import {
  deleteExport,
  type ExportState,
  exportBytes,
  exportLimit,
  findExports,
  findFinishedExport,
  isExportRunning,
  startExport,
} from './queries.ts'

type ExportsPage = {
  exports: ExportState[]
  willMail: boolean
  size(bytes: number): string
  asksForPassword: boolean
  errors: FieldErrors
}

declare module '../http/views.ts' {
  interface Pages {
    'exports/show': ExportsPage
    'exports/fragment': ExportsPage
  }
}

type CreateRequest = MemberRequest<{ Body: ExportForm }>
type ExportRequest = MemberRequest<{ Params: IdParams }>

export default async function exports(app: FastifyInstance) {
  const members = memberRoutes(app)
  const one = { schema: { params: IdParams } }
  members.get('/settings/data', showExports)
  members.get('/exports/fragment', showFragment)
  members.post('/exports', { schema: { body: ExportForm }, attachValidation: true }, createExport)
  members.head('/exports/:id', one, describeExport)
  members.get('/exports/:id', { ...one, exposeHeadRoute: false }, sendExport)
  members.post('/exports/:id/delete', one, destroyExport)
}

async function showExports(request: MemberRequest, reply: FastifyReply) {
  return reply.page('exports/show', await exportsPage(request))
}

/** The progress, for the script that follows it. */
async function showFragment(request: MemberRequest, reply: FastifyReply) {
  return reply.fragment('exports/fragment', await exportsPage(request))
}

async function exportsPage(request: MemberRequest, errors: FieldErrors = {}): Promise<ExportsPage> {
  const { server, viewer, language } = request
  const exports = await findExports(server.db, viewer.id, new Date())
  return {
    exports,
    willMail: canMail(server.config) && (await findAccount(server.db, viewer.id))?.hasOwnEmail === true,
    size: bytes => formatBytes(bytes, language),
    asksForPassword: asksForPassword(request),
    errors,
  }
}

/** One at a time: a second request while one is being made starts nothing. */
async function createExport(request: CreateRequest, reply: FastifyReply) {
  const { server, viewer, language } = request
  const { id: userId } = viewer
  const errors = fieldErrorsOf(request)
  reply.code(422)
  await confirmRecently(request, reply, errors)
  if (hasFieldErrors(errors)) return reply.page('exports/show', await exportsPage(request, errors))
  const started = await server.db.transaction(async tx => {
    if (await isExportRunning(tx, userId)) return false
    await server.rateLimits.consume(tx, exportLimit, userId)
    await startExport(tx, { userId, language }, new Date())
    return true
  })
  return reply.flash(started ? 'exports.begun' : 'exports.already').redirect('/settings/data', 303)
}

async function describeExport(request: ExportRequest, reply: FastifyReply) {
  await setFileHeaders(request, reply)
  return reply.send(null)
}

/** A part at a time, as fast as the browser takes them. */
async function sendExport(request: ExportRequest, reply: FastifyReply) {
  const found = await setFileHeaders(request, reply)
  return reply.send(Readable.from(exportBytes(request.server.db, found), { objectMode: false }))
}

async function setFileHeaders({ server, viewer, params }: ExportRequest, reply: FastifyReply) {
  const { id: userId, username } = viewer
  const found = await findFinishedExport(server.db, { id: params.id, userId }, new Date())
  if (!found) throw new Problem(404, 'exports.missing')
  const name = `${username}-${found.createdAt.toISOString().slice(0, 10)}.zip`
  reply
    .type('application/zip')
    .header('content-length', found.size)
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'private, no-store')
  return found
}

/** Deleting one that is being made cancels it; deleting one that is gone does nothing. */
async function destroyExport({ server, viewer, params }: ExportRequest, reply: FastifyReply) {
  const own = { id: params.id, userId: viewer.id }
  const done = await server.db.transaction(tx => deleteExport(tx, own, new Date()))
  return reply.flash(`exports.${done ?? 'deleted'}`).redirect('/settings/data', 303)
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** A number of bytes as people read it: 2,412,000 as "2.4 MB". */
function formatBytes(bytes: number, language: Language): string {
  const power = Math.min(Math.max(0, Math.floor(Math.log10(bytes) / 3)), units.length - 1)
  const options = { style: 'unit', unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language, { ...options, unit: units[power] }).format(bytes / 1000 ** power)
}
