import { defineNoun } from '../noun.ts'
import { shownQuote } from '../posts/post.ts'
import api from './api.ts'
import pages from './routes.ts'

export default defineNoun({ pages, api, viewHelpers: () => ({ shownQuote }) })
