import { defineNoun } from '../noun.ts'
import api from './api.ts'
import pages from './routes.ts'
import { TimelineEntryResource } from './serializer.ts'
import { inThreads } from './threads.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { timelines: 'Timelines' },
  schemas: [TimelineEntryResource],
  viewHelpers: () => ({ inThreads }),
})
