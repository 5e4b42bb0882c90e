import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { whoMayQuote, whoMayReply } from './audiences.ts'
import { excerptOf } from './excerpt.ts'
import { maxPictures, maxThread, newValues, postingLimit } from './forms.ts'
import pages from './routes.ts'
import { AuthorResource, EntityResource, PostResource, QuotedPostResource } from './serializer.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { posts: 'Posts' },
  schemas: [AuthorResource, EntityResource, PostResource, QuotedPostResource],
  limits: [postingLimit],
  viewHelpers: () => ({ excerptOf, maxPictures, maxThread, newValues, whoMayQuote, whoMayReply }),
})
