import { violations } from './axe.ts'
import { test } from './community.ts'
import { pages, type Visit, visit } from './pages.ts'
import { expect } from './site.ts'

const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Dark has the same elements in other colors: everything else was checked in light. */
const aboutColor = ['color-contrast', 'link-in-text-block']
const narrow = { width: 320, height: 640 }

for (const [name, place] of Object.entries<Visit>(pages)) {
  test(`${name}: axe finds nothing in light or dark, and nothing scrolls sideways at 320 px`, async ({
    page,
    community,
  }) => {
    await visit(page, place, community)
    expect(await violations(page, tags), 'light').toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page, aboutColor), 'dark').toEqual([])
    await page.setViewportSize(narrow)
    // What is done on the page may be done elsewhere on a narrow one.
    if (place.act) await visit(page, place, community)
    const overhang = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(
      await page.evaluate(overhang),
      'CSS pixels by which the page is wider than 320 px',
    ).toBeLessThanOrEqual(0)
  })
}
