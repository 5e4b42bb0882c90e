import { defineNoun } from '../noun.ts'
import pages from './docs.ts'
import { openapiRoute as api } from './openapi.ts'
import { oldAnswers } from './queries.ts'
import { requestLimit } from './rate-limit.ts'
import { LinksResource, ProblemResource } from './schemas.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { reference: 'API description' },
  schemas: [LinksResource, ProblemResource],
  limits: [requestLimit],
  retention: [oldAnswers],
})
