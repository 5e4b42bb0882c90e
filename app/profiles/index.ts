import { defineNoun } from '../noun.ts'
import api from './api.ts'
import pages from './routes.ts'
import { CountsResource, PersonResource, UserResource } from './serializer.ts'

export default defineNoun({ pages, api, schemas: [PersonResource, CountsResource, UserResource] })
