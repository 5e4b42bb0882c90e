import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { bookmarkingLimit } from './bookmarking.ts'
import pages from './routes.ts'

export default defineNoun({ pages, api, apiTags: { bookmarks: 'Bookmarks' }, limits: [bookmarkingLimit] })
