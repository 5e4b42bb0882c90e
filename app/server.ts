import { enableCompileCache } from 'node:module'
import path from 'node:path'
import { UserError } from './config/user-error.ts'
import { environment, readConfig, root } from './config.ts'

// From the second start on, nothing is compiled again: a fifth of the time and 20 MB less.
enableCompileCache(path.join(root, '.cache/compiled'))
const [{ buildApp }, { closeOnSignal }, { migrate }, { errorMessage: sentenceFor }] = await Promise.all([
  import('./app.ts'),
  import('./http/graceful-shutdown.ts'),
  import('./database/migrations/migrations.ts'),
  import('./cli/error-messages.ts'),
])

const words: Record<string, string> = {
  EADDRINUSE: 'somebody listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'there is no such host',
  EACCES: 'this user may not listen there',
}

/** Configuration → migrations → application → listening, until a signal says stop. */
async function start(): Promise<void> {
  const config = readConfig(environment)
  await migrate(config.database)
  const app = await buildApp(config)
  closeOnSignal(app)
  await app.listen({ host: config.host, port: config.port }).catch(error => {
    const { code } = error as { code?: string }
    throw new UserError(
      `cannot listen at HOST ${config.host}, PORT ${config.port}: ${words[String(code)] ?? code}`,
    )
  })
  console.log(`\n  ${config.siteName} is open at ${config.publicUrl}\n`)
}

try {
  await start()
} catch (error) {
  console.error(sentenceFor(error) ?? error)
  process.exit(1)
}
