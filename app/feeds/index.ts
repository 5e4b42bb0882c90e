import { defineNoun } from '../noun.ts'
import machineRoutes from './routes.ts'

export default defineNoun({ machineRoutes })
