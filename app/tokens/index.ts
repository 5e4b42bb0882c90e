import { defineNoun } from '../noun.ts'
import api from './api.ts'
import pages from './routes.ts'
import { TokenResource } from './serializer.ts'

export default defineNoun({ pages, api, apiTags: { tokens: 'Tokens' }, schemas: [TokenResource] })
