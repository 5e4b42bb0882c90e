/** The process in which drizzle-kit runs for drizzle-kit.ts, one request after another. */
import process from 'node:process'
import { type GenerateOptions, generate, push } from 'drizzle-kit/cli'
import type { Request } from './drizzle-kit.ts'

// drizzle.config.ts, for people, hands `generate` over to db:generate, which comes back here.
const config = 'app/cli/generate/drizzle-config.ts'

process.on('message', async ({ url, verb, options }: Request) => {
  // The configuration and the schema are loaded again for each request, and read it.
  process.env['DATABASE_URL'] = url
  const response =
    verb === 'push' ? push({ ...options, config }) : generate({ ...(options as GenerateOptions), config })
  process.send?.(await response)
})
// drizzle-kit leaves connections open.
process.once('disconnect', () => process.exit())
