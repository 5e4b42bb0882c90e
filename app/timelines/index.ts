import { defineNoun } from '../noun.ts'
import api from './api.ts'
import pages from './routes.ts'
import { TimelineEntryResource } from './serializer.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { timelines: 'Timelines' },
  schemas: [TimelineEntryResource],
})
