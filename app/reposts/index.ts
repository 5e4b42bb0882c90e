import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { repostingLimit } from './reposting.ts'
import pages from './routes.ts'

export default defineNoun({ pages, api, apiTags: { reposts: 'Reposts' }, limits: [repostingLimit] })
