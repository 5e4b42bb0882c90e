import axe from 'axe-core'
import type { Page } from './site.ts'

/**
 * The accessibility faults that axe-core finds on the page as it is now, by all of its rules or those with these tags
 * or names. Only the faults leave the browser: what passes is a hundred times as much, and takes seconds to send.
 */
export async function violations(page: Page, runOnly?: string[]): Promise<unknown[]> {
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axe.source)
  const options = { resultTypes: ['violations'], ...(runOnly && { runOnly }) }
  return page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => ({ id, help, html: nodes.map(({ html }) => html) })))`)
}
