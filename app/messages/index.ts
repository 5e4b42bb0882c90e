import { defineNoun } from '../noun.ts'
import api from './api.ts'
import pages from './routes.ts'
import { messageLimit } from './sending-queries.ts'
import { ConversationResource, MessageResource } from './serializer.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { messages: 'Private messages' },
  schemas: [ConversationResource, MessageResource],
  limits: [messageLimit],
})
