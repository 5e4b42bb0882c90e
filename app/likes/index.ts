import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { likingLimit } from './liking.ts'
import pages from './routes.ts'

export default defineNoun({ pages, api, apiTags: { likes: 'Likes' }, limits: [likingLimit] })
