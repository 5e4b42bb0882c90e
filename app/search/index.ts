import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { searchLimit } from './forms.ts'
import { rebuildJob } from './jobs.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { search: 'Search' },
  jobs: { 'search.rebuild': rebuildJob },
  limits: [searchLimit],
})
