import { defineConfig } from 'playwright/test'
import type { Engine } from '../app/config.ts'

/** `npm test` proves which Chromium launches; without it, Playwright's own is used. */
const launchOptions = JSON.parse(process.env.CHROMIUM_LAUNCH ?? '{}')

export default defineConfig<object, { engine: Engine }>({
  testDir: './journeys',
  outputDir: '../.cache/journeys',
  fullyParallel: true,
  workers: 2,
  // Ends what hangs; the longest journey takes 10 s alone, and three times as long on a busy machine.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // PLAYWRIGHT_JSON_OUTPUT_FILE, set by `npm test`, wins over this file name.
  reporter: [['line'], ['json', { outputFile: '../.cache/journeys.json' }]],
  projects: [
    { name: 'sqlite' },
    { name: 'postgresql', testMatch: 'main.spec.ts', use: { engine: 'postgresql' } },
  ],
  use: {
    browserName: 'chromium',
    launchOptions,
    locale: 'en-US',
    timezoneId: 'UTC',
    // Transitions cost each journey time; main.spec.ts has them.
    contextOptions: { reducedMotion: 'reduce' },
    video: 'off',
    // A trace of every journey, in case it fails, takes a sixth of the time of all: `TRACE=1 npm test -- …` records them.
    trace: process.env.TRACE ? { mode: 'retain-on-failure', screenshots: false } : 'off',
    screenshot: 'only-on-failure',
  },
})
