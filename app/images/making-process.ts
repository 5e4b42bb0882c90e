/** The process that making.ts starts. */
import type { Answer, Job } from './making.ts'
import { ImageRefused, processImage } from './processing.ts'

async function answer({ upload, making }: Job): Promise<Omit<Answer, 'rss'>> {
  try {
    return { made: await processImage(upload, making) }
  } catch (error) {
    const problem = error instanceof ImageRefused ? error.problem : 'broken'
    return { problem, reason: String((error as Error).cause ?? error) }
  }
}

process.on('message', async (job: Job) => {
  const found = await answer(job)
  process.send?.({ ...found, rss: process.memoryUsage.rss() })
})
process.once('disconnect', () => process.exit())
// A terminal and a service manager also tell the site, which ends this process when its last upload is answered.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
