import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { followingLimit } from './following.ts'
import pages from './routes.ts'

export default defineNoun({ pages, api, apiTags: { follows: 'Following' }, limits: [followingLimit] })
