import type { Locator } from 'playwright/test'

/** Opens the menu at the end of a post's actions, or of a profile's, and answers it; `which` tells a button's own menu apart. */
export async function openMenu(of: Locator, which = ':not([data-verb])'): Promise<Locator> {
  const menu = of.locator(`.menu${which}`)
  await menu.locator('summary').click()
  return menu
}
