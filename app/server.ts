import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { environment, readConfig } from './config.ts'
import { migrate } from './database/migrations.ts'
import { sentenceFor } from './sentences.ts'

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
  console.error(sentenceFor(error) ?? error)
  process.exit(1)
}
