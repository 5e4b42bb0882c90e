import type { Locator } from 'playwright/test'

/** Opens the menu at the end of a post's actions, or of a profile's, and answers it. */
export async function openMenu(of: Locator): Promise<Locator> {
  const menu = of.locator('.menu')
  await menu.locator('summary').click()
  return menu
}
