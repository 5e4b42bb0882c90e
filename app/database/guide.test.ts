import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { publicDatabaseUrl, root } from '../config.ts'
import { emptyDatabase, type TestDatabase } from '../testing/database.ts'
import { freePort } from '../testing/free-port.ts'
import { endProcess } from '../testing/process.ts'
import { copyProject, type Project } from '../testing/project.ts'
import { engine } from './engine.ts'

/** Shared by all commands: each would otherwise compile megabytes of drizzle-kit. */
const compileCache = process.env['NODE_COMPILE_CACHE'] ?? path.join(root, '.cache/compiled')

type Language = 'sh' | 'js' | 'ts' | 'diff'
/** A fenced block, and the lines of the `text` block after it: its expected output. */
type Step = { language: Language; code: string; expected: string[] }

const page = readFileSync(path.join(import.meta.dirname, 'README.md'), 'utf8')
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
const npm = /npm (?:run |(?=start))([\w:-]+)(?: --(?= ))?/g

const scriptName = /^\/\/ (\w+\.ts)\n/

function stepsOf(text: string): Step[] {
  const steps: Step[] = []
  for (const [, language = '', code = ''] of text.matchAll(/^```(sh|js|ts|diff|text)\n([^]*?)^```$/gm)) {
    if (language === 'text') steps.at(-1)?.expected.push(...code.trimEnd().split('\n'))
    // The recipes are run by cli/guide/recipes.test.ts; a script names its file.
    else if (language !== 'ts' || scriptName.test(code))
      steps.push({ language: language as Language, code, expected: [] })
  }
  return steps
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}

/** Whether the line is as expected; `…` stands for any text. */
function matches(line: string, expected: string): boolean {
  const parts = expected.split('…').map(part => escapeRegExp(part))
  return new RegExp(`^${parts.join('.*')}$`).test(line.trimEnd())
}

/** Expects the lines in their order; the output may have others between them. */
function assertOutput(output: string, expected: string[]): void {
  const lines = output.split('\n')
  for (const line of expected) {
    const found = lines.findIndex(candidate => matches(candidate, line))
    assert.ok(found >= 0, `the guide shows\n${line}\nbut the output is\n${output}`)
    lines.splice(0, found + 1)
  }
}

describe(`the guide on ${engine}`, { timeout: 300_000 }, () => {
  let project: Project
  let test: TestDatabase
  before(async () => {
    project = copyProject()
    test = await emptyDatabase()
  })
  after(async () => {
    project.remove()
    await test.drop()
  })

  /** SQLite's default file, or the test's database on PostgreSQL. */
  const url = () => (engine === 'sqlite' ? 'sqlite:app.db' : test.url)
  const environment = async () => {
    const { PATH, HOME, TMPDIR } = process.env
    const bin = [path.dirname(process.execPath), path.join(root, 'node_modules/.bin'), PATH].join(
      path.delimiter,
    )
    const settings = {
      DATABASE_URL: url(),
      SQLITE_SYNCHRONOUS: 'NORMAL',
      LOG_LEVEL: 'warn',
      NODE_COMPILE_CACHE: compileCache,
    }
    return { HOME, TMPDIR, PATH: bin, PORT: String(await freePort()), ...settings }
  }

  async function sh(script: string, input = ''): Promise<{ code: number; output: string }> {
    const options = { cwd: project.folder, env: await environment() }
    const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>()
    const child = execFile('sh', ['-ec', `exec 2>&1\n${withoutNpm(script)}`], options, (error, output) =>
      resolve({ code: error ? Number(error.code) : 0, output: withGuideUrl(output) }),
    )
    // A command that ends without reading its input closes the pipe, which is no failure.
    child.stdin?.on('error', () => {}).end(input)
    return promise
  }

  const withGuideUrl = (output: string) => output.replaceAll(publicDatabaseUrl(test.config), 'sqlite:app.db')

  async function start(): Promise<string> {
    const child = spawn('sh', ['-ec', `exec ${scripts['start']}`], {
      cwd: project.folder,
      env: await environment(),
    })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    const { promise, resolve } = Promise.withResolvers<void>()
    child.stdout.on('data', () => output.includes('is open at') && resolve())
    child.on('exit', () => resolve())
    await promise
    assert.equal(await endProcess(child), 0, output)
    return output
  }

  const run: Record<Language, (code: string) => Promise<string>> = {
    async sh(code) {
      if (code.trim() === 'npm start') return start()
      const { code: exit, output } = await sh(code)
      assert.equal(exit, code.includes('# refuses') ? 1 : 0, output)
      return output
    },
    async js(code) {
      const { code: exit, output } = await sh('npm run shell', code)
      assert.equal(exit, code.includes('// fails') ? 1 : 0, output)
      return output
    },
    async ts(code) {
      writeFileSync(path.join(project.folder, String(scriptName.exec(code)?.[1])), code)
      return ''
    },
    async diff(code) {
      const [header = '', ...lines] = code.trimEnd().split('\n')
      const file = path.join(project.folder, header.replace('--- ', ''))
      const changed = lines.join('\n').split(/^@@\n/m).reduce(applyHunk, readFileSync(file, 'utf8'))
      writeFileSync(file, changed)
      return ''
    },
  }

  for (const step of stepsOf(page)) {
    const title = step.code.trim().split('\n', 1)[0]
    it(`${step.language}: ${title}`, async () =>
      assertOutput(await run[step.language](step.code), expectedOf(step)))
  }

  it('names no npm script that it does not run', () => {
    const ran = new Set(stepsOf(page).flatMap(({ code }) => [...code.matchAll(npm)].map(([, name]) => name)))
    if (page.includes('```js')) ran.add('shell')
    for (const [, name] of page.matchAll(npm)) assert.ok(ran.has(name), `npm run ${name}`)
  })
})

/** The commands that npm would run. */
function withoutNpm(script: string): string {
  return script.replaceAll(npm, (_, name: string) => {
    assert.ok(scripts[name], `package.json has no script ${name}`)
    return scripts[name]
  })
}

/** On PostgreSQL there is no file to copy. */
function expectedOf({ expected }: Step): string[] {
  return engine === 'sqlite' ? expected : expected.filter(line => !line.startsWith('Copied the database'))
}

/** Applies a hunk of a diff; `…` stands for the rest of a line, which is kept. */
function applyHunk(text: string, hunk: string): string {
  const lines = hunk.trimEnd().split('\n')
  const [before, after] = ['-', '+'].map(sign =>
    lines.filter(line => line.startsWith(' ') || line.startsWith(sign)).map(line => line.slice(1)),
  ) as [string[], string[]]
  const wanted = before.map(line => escapeRegExp(line).replaceAll('…', '(.*)')).join('\n')
  const found = [...text.matchAll(new RegExp(`^${wanted}$`, 'gm'))]
  assert.equal(found.length, 1, `the page's edit should fit in one place, not ${found.length}:\n${hunk}`)
  const rest = found[0]?.slice(1) ?? []
  const replacement = after.map(line => line.replaceAll('…', () => rest.shift() ?? '')).join('\n')
  return text.replace(found[0]?.[0] as string, () => replacement)
}
