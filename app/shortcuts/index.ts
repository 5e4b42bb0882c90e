import { defineNoun } from '../noun.ts'
import pages from './routes.ts'

export default defineNoun({ pages })
