import { defineNoun } from '../noun.ts'
import api from './api.ts'
import pages from './routes.ts'
import { PostVersionResource } from './serializer.ts'

export default defineNoun({ pages, api, schemas: [PostVersionResource] })
