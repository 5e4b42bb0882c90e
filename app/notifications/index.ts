import { defineNoun } from '../noun.ts'
import api from './api.ts'
import pages from './routes.ts'
import { NotificationResource, NotificationSettingsResource } from './serializer.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { notifications: 'Notifications' },
  schemas: [NotificationResource, NotificationSettingsResource],
})
