import { defineNoun } from '../noun.ts'
import { freeLimits } from './queries.ts'

export default defineNoun({ retention: [freeLimits] })
