import {
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Page,
  test as playwright,
  type TestInfo,
} from 'playwright/test'
import type { Engine, Environment } from '../../app/config.ts'
import { collectPageErrors } from './page-errors.ts'
import { createPerson, type Person } from './people.ts'
import { type Server, startServer } from './server.ts'

export type { Page } from 'playwright/test'
export { expect } from 'playwright/test'

export interface Site extends Server {
  /** A new person, whose username begins with this name: journeys that share a site never share people. */
  person(name: string): Promise<Person>
  /** An unused username. */
  newName(name: string): string
}

interface Worker {
  engine: Engine
  site: Site
}

interface Journey {
  /** Another person's browser. */
  openPage(options?: BrowserContextOptions): Promise<Page>
  /** A page whose visitor is signed in already. */
  pageOf(person: Person): Promise<Page>
}

/** Each worker has a running site of its own; a journey fails by any error in any of its pages. */
export const test = playwright.extend<Journey, Worker>({
  engine: ['sqlite', { option: true, scope: 'worker' }],
  site: [
    async ({ engine }, use) => {
      const site = await openSite(engine)
      await use(site)
      await site.stop()
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: ({ site }, use) => use(site.url),
  context: [
    ({ context, site }, use, testInfo) => watch(context, site, { testInfo, use: () => use(context) }),
    { scope: 'test' },
  ],
  openPage: async ({ browser }, use) => {
    const opened: { pageErrors(): string[]; close(): Promise<void> }[] = []
    await use(async options => {
      const context = await browser.newContext(options)
      opened.push({ pageErrors: collectPageErrors(context), close: () => context.close() })
      return context.newPage()
    })
    const all = opened.flatMap(({ pageErrors }) => pageErrors())
    await Promise.all(opened.map(({ close }) => close()))
    expect(all).toEqual([])
  },
  pageOf: async ({ openPage }, use) => {
    await use(async person => {
      const page = await openPage()
      await page.context().addCookies([person.cookie])
      return page
    })
  },
})

/** A journey in this context fails by any error in its pages; if it fails, what the server said is attached. */
export async function watch(
  context: BrowserContext,
  site: Site,
  { testInfo, use }: { testInfo: TestInfo; use(): Promise<void> },
): Promise<void> {
  const pageErrors = collectPageErrors(context)
  const before = site.log().length
  await use()
  if (testInfo.status !== testInfo.expectedStatus)
    await testInfo.attach('server', { body: site.log().slice(before) })
  expect(pageErrors()).toEqual([])
}

export async function openSite(engine: Engine, environment: Environment = {}): Promise<Site> {
  const server = await startServer(engine, environment)
  let people = 0
  const newName = (name: string) => `${name}_${++people}`
  return { ...server, newName, person: name => createPerson(server.url, newName(name)) }
}
