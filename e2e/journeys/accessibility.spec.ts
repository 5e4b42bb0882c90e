import { AxeBuilder } from '@axe-core/playwright'
import { test } from './community.ts'
import { pages, visit } from './pages.ts'
import { expect } from './site.ts'

const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
/** What else there is to find was found in light: the same elements, in other colours. */
const aboutColour = ['color-contrast', 'link-in-text-block']

async function violations(axe: AxeBuilder): Promise<unknown[]> {
  const found = await axe.setLegacyMode().analyze()
  return found.violations.map(({ id, help, nodes }) => ({ id, help, html: nodes.map(({ html }) => html) }))
}

for (const [name, place] of Object.entries(pages)) {
  test(`${name}: axe finds nothing, in light and dark`, async ({ page, community }) => {
    await visit(page, place, community)
    expect(await violations(new AxeBuilder({ page }).withTags(tags)), 'light').toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(new AxeBuilder({ page }).withRules(aboutColour)), 'dark').toEqual([])
  })
}
