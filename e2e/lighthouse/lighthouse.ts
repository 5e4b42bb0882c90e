/**
 * `npm run lighthouse`: Lighthouse on the pages that most people see, as a phone and as a desk, of the real
 * server on a throw-away database. It ends with 1 if a category of any page is below 100.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright'
import { root } from '../../app/config.ts'
import { findChromium } from '../../app/testing/chromium.ts'
import { freePort } from '../../app/testing/free-port.ts'
import { endProcess, startProcess } from '../../app/testing/process.ts'
import { auditPage, devices, type Verdict } from './audit.ts'
import { pagesOf, until } from './pages.ts'
import { heading, lineOf, wishesOf } from './report.ts'
import { withRetries } from './retries.ts'

const password = 'tea at the harbour'
const folder = await mkdtemp(path.join(tmpdir(), 'microblog-lighthouse-'))
try {
  const verdicts = await auditSite()
  for (const wish of wishesOf(verdicts)) console.log(wish)
  if (verdicts.some(({ scores }) => Object.values(scores).some(score => score < 100))) process.exitCode = 1
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit()

async function auditSite(): Promise<Verdict[]> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const address = { HOST: 'localhost', PORT: String(port), PUBLIC_URL: url }
  const server = startProcess([`${root}/app/cli/demo-server.ts`, password], {
    ...address,
    NODE_ENV: 'production',
    DATABASE_URL: `sqlite:${path.join(folder, 'lighthouse.db')}`,
  })
  try {
    await until(`${url}/readyz`, () => {
      if (server.exitCode !== null) throw new Error(`the server has ended: ${server.output()}`)
    })
    return await auditPages(url)
  } finally {
    await endProcess(server)
  }
}

/** One page after the other: two at once would take the time from each other. */
async function auditPages(url: string): Promise<Verdict[]> {
  const port = await freePort()
  const options = { ...(await findChromium()), args: [`--remote-debugging-port=${port}`] }
  let browser = await chromium.launch(options)
  const recover = async ({ message }: Error) => {
    console.warn(`The browser lost a run, which is tried again: ${message}`)
    if (!browser.isConnected()) browser = await chromium.launch(options)
  }
  const verdicts: Verdict[] = []
  try {
    console.log(heading)
    for (const page of await pagesOf(url, password)) {
      for (const device of devices) {
        const verdict = await withRetries(() => auditPage(page, device, port), recover)
        console.log(lineOf(verdict))
        verdicts.push(verdict)
      }
    }
    return verdicts
  } finally {
    await browser.close()
  }
}
