import { defineJob } from '../jobs/definition.ts'

/** Deletes the files of deleted images. While the storage is away it is tried again, however long that takes. */
export const deleteFilesJob = defineJob({
  name: 'images.delete_files',
  attempts: Number.POSITIVE_INFINITY,
  concurrency: 2,
  async run({ keys }, { storage }) {
    await storage.delete(keys)
  },
})
