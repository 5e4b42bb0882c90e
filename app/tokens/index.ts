import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { tokenCreatedMail } from './mails.ts'
import pages from './routes.ts'
import { TokenResource } from './serializer.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { tokens: 'Tokens' },
  mails: { 'tokens.created': tokenCreatedMail },
  schemas: [TokenResource],
})
