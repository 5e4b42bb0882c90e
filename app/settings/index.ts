import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { themes } from './forms.ts'
import { apiSettingsLimit, settingsLimit } from './limit.ts'
import pages from './routes.ts'
import { MeResource } from './serializer.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { me: 'Your account' },
  schemas: [MeResource],
  limits: [settingsLimit, apiSettingsLimit],
  viewHelpers: () => ({ themes }),
})
