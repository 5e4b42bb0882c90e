import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from './site.ts'

/** The smaller of its two files: every page has to read it. */
const source = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** The rules whose answer can depend on colors, of those that are asked without being named. */
export const colorRules = ['color-contrast', 'link-in-text-block']

/**
 * The accessibility faults that axe-core finds on the page as it is now, by all of its rules or those with these tags
 * or names. Only the faults leave the browser: what passes is a hundred times as much, and takes seconds to send.
 */
export async function violations(page: Page, runOnly?: string[]): Promise<unknown[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(source)
  const options = { resultTypes: ['violations'], ...(runOnly && { runOnly }) }
  return page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => ({ id, help, html: nodes.map(({ html }) => html) })))`)
}
