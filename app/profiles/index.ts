import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { AvatarResource, BannerResource } from './picture-serializer.ts'
import pages from './routes.ts'
import { CountsResource, PersonResource, UserResource } from './serializer.ts'

export default defineNoun({
  pages,
  api,
  schemas: [AvatarResource, BannerResource, PersonResource, CountsResource, UserResource],
})
