/** One page on one device: four scores, and what stands behind those that are not full. */
import lighthouse, { desktopConfig, type Flags, type Result } from 'lighthouse'
import type { Page } from './pages.ts'

export const devices = ['phone', 'desk'] as const
export const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const
export type Category = (typeof categories)[number]
type Device = (typeof devices)[number]

export type Verdict = {
  page: string
  device: Device
  scores: Record<Category, number>
  /** Milliseconds in which the main thread could not answer. */
  blocking: number
  /** Cumulative layout shift. */
  shift: number
  /** What is not as it should be, in Lighthouse's words. */
  wishes: string[]
}

/**
 * A performance below 100 is measured twice more, and counts by its median: a busy machine is no slow page.
 * @throws Error if the browser loses a run
 */
export async function auditPage(page: Page, device: Device, port: number): Promise<Verdict> {
  const first = await run(page, device, { port })
  const runs = [first]
  const again: Flags = { port, onlyCategories: ['performance'] }
  if (scoreOf(first, 'performance') < 100)
    runs.push(await run(page, device, again), await run(page, device, again))
  const middle = runs.toSorted((a, b) => scoreOf(a, 'performance') - scoreOf(b, 'performance'))
  const median = middle[Math.floor(runs.length / 2)] as Result
  const score = (category: Category) => scoreOf(category === 'performance' ? median : first, category)
  return {
    page: page.name,
    device,
    scores: Object.fromEntries(categories.map(name => [name, score(name)])) as Verdict['scores'],
    blocking: Math.round(median.audits['total-blocking-time']?.numericValue ?? Number.NaN),
    shift: median.audits['cumulative-layout-shift']?.numericValue ?? Number.NaN,
    wishes: [...wishesOf(first, categories.slice(1)), ...wishesOf(median, ['performance'])],
  }
}

async function run({ url, cookie }: Page, device: Device, flags: Flags): Promise<Result> {
  const extraHeaders = { 'Accept-Language': 'en', ...(cookie && { Cookie: cookie }) }
  const quiet: Flags = { logLevel: 'error', disableFullPageScreenshot: true }
  const config = device === 'desk' ? desktopConfig : undefined
  const result = await lighthouse(url, { ...quiet, ...flags, extraHeaders }, config)
  if (!result) throw new Error(`Lighthouse said nothing about ${url}`)
  const { lhr } = result
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`)
  return lhr
}

function scoreOf({ categories }: Result, category: Category): number {
  return Math.round((categories[category]?.score ?? 0) * 100)
}

/** Only what counts: an audit without weight changes no score. */
function wishesOf({ categories, audits }: Result, wanted: readonly Category[]): string[] {
  return wanted
    .flatMap(category => categories[category]?.auditRefs ?? [])
    .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
    .map(({ id }) => `${audits[id]?.title} (${id}) ${audits[id]?.displayValue ?? ''}`.trimEnd())
}
