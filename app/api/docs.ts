import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { endpoints } from './origin.ts'
import { type NounView, nounViews, type SchemaView, schemaViews } from './presentation.ts'

declare module '../http/views.ts' {
  interface Pages {
    'api/docs': { nouns: NounView[]; schemas: SchemaView[]; endpoints: typeof endpoints }
  }
}

/** The reference for people: a page like any other, made from the same document. */
export default async function docs(app: FastifyInstance) {
  const open = { config: { public: true } }
  app.get('/api', open, async (_request, reply) => reply.redirect('/api/docs', 303))
  app.get('/api/docs', { config: { public: true, cached: true } }, showDocs)
}

async function showDocs({ server, language }: FastifyRequest, reply: FastifyReply) {
  const reference = server.reference(language)
  const nouns = nounViews(reference, server.config.publicUrl)
  return reply.page('api/docs', { nouns, schemas: schemaViews(reference), endpoints })
}
