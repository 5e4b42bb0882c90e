import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { ConfigError, environment, readConfig } from './config.ts'
import { isUnavailable } from './database/database.ts'
import { migrate, SchemaTooNew } from './database/migrations.ts'

/** Configuration → migrations → application → listening, until a signal says stop. */
async function start(): Promise<void> {
  const config = readConfig(environment)
  await migrate(config.database)
  const app = await buildApp(config)
  closeWithGrace({ delay: 10_000, logger: false }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error that nobody caught')
    await app.close()
  })
  await app.listen({ host: config.host, port: config.port })
  console.log(`\n  ${config.siteName} is open at ${config.publicUrl}\n`)
}

try {
  await start()
} catch (error) {
  console.error(isExpected(error) ? (error as Error).message : error)
  process.exit(1)
}

/** Troubles whose message says all that a person needs; the rest keep their stack. */
function isExpected(error: unknown): boolean {
  const { code } = Object(error) as { code?: string }
  return (
    error instanceof ConfigError ||
    error instanceof SchemaTooNew ||
    isUnavailable(error) ||
    code === 'EADDRINUSE'
  )
}
