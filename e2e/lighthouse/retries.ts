/** A browser on a busy machine may lose a run, which says nothing of the page. */
const maxTries = 3

/** What `task` answers; when it fails, it is tried again after `recover`, up to three times in all. */
export async function withRetries<Answer>(
  task: () => Promise<Answer>,
  recover: (error: Error) => Promise<void>,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await task()
    } catch (error) {
      if (tries === maxTries) throw error
      await recover(error as Error)
    }
  }
}
