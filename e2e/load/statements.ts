import { buildApp } from '../../app/app.ts'
import { environment, readConfig } from '../../app/config.ts'
import type { Ask, Scenario } from './scenarios.ts'

/** How many statements each scenario's page takes uncached, by the scenario's name. */
export async function countStatements(scenarios: Scenario[]): Promise<Map<string, number>> {
  let statements = 0
  const config = readConfig({ ...environment, PAGE_CACHE: 'off', RATE_LIMITS: 'off' })
  const app = await buildApp(config, { logger: false, worker: false, onStatement: () => void statements++ })
  const counts = new Map<string, number>()
  for (const { name, asks, status } of scenarios.filter(({ status }) => status === 200)) {
    const { path, headers } = asks[0] as Ask
    statements = 0
    const answer = await app.inject({ url: path, headers })
    if (answer.statusCode === status) counts.set(name, statements)
  }
  await app.close()
  return counts
}
