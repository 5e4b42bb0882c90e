/** Takes the README's screenshots of a running demo: `npm run demo`, then `node e2e/screenshots/take.ts`. */
import path from 'node:path'
import { type Browser, chromium } from 'playwright'
import { findChromium } from '../../app/testing/chromium.ts'

const address = 'http://localhost:3000'
const desk = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 760 }, hasTouch: true, isMobile: true }

async function take(
  browser: Browser,
  [name, where]: [string, string],
  look: { dark?: boolean; small?: boolean },
) {
  const page = await browser.newPage({
    ...(look.small ? phone : desk),
    colorScheme: look.dark ? 'dark' : 'light',
    reducedMotion: 'reduce', // no picture of a page that fades into the next
  })
  await page.goto(`${address}/sign-in?next=${where}`)
  await page.fill('#identifier', 'susan')
  await page.fill('#password', 'harbour-street')
  await page.keyboard.press('Enter')
  await page.waitForURL(`${address}${where}`)
  await page.screenshot({ path: path.join(import.meta.dirname, `${name}.png`) })
  await page.close()
}

const browser = await chromium.launch(await findChromium())
await take(browser, ['home-light', '/'], {})
await take(browser, ['explore-phone-dark', '/explore'], { dark: true, small: true })
await take(browser, ['profile-light', '/@susan'], {})
await browser.close()
