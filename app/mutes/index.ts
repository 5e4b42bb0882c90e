import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { mutingLimit } from './muting.ts'
import pages from './routes.ts'

export default defineNoun({ pages, api, limits: [mutingLimit] })
