import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { uploadLimit } from './forms.ts'
import { deleteFilesJob } from './jobs.ts'
import { unpublishedImages, unusedProfileImages } from './queries.ts'
import pages from './routes.ts'
import { ImageResource } from './serializer.ts'
import { boxOf, sharedFace, sharedImage, sourcesOf, wholeBoxOf } from './shown.ts'

export default defineNoun({
  pages,
  api,
  schemas: [ImageResource],
  jobs: { 'images.delete_files': deleteFilesJob },
  limits: [uploadLimit],
  viewHelpers: () => ({ boxOf, sharedFace, sharedImage, sourcesOf, wholeBoxOf }),
  retention: [unpublishedImages, unusedProfileImages],
})
