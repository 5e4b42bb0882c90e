import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { type CssNode, findAll, generate, parse, walk } from 'css-tree'
import { root } from './config.ts'

/** A sheet with the files whose HTML it is for, and the files besides it in which a class can have a meaning. */
interface Sheet {
  css: string[]
  /** Files of another sheet that it begins with. */
  shared?: string[]
  html: string[]
  meanings: string[]
}

const find = (...patterns: string[]) =>
  patterns.flatMap(pattern => globSync(pattern, { cwd: root })).toSorted()
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const scripts = find('public/js/*.js')
const code = find('app/**/*.ts').filter(file => !file.endsWith('.test.ts'))
const tests = find('app/**/*.test.ts', 'e2e/**/*.ts').filter(file => file !== 'app/stylesheets.test.ts')
const mails = find('views/**/*-mail.eta', 'views/mail/_*.eta')
const archive = find('views/exports/archive/*.eta')
const pages = find('views/**/*.eta').filter(file => !mails.includes(file) && !archive.includes(file))

const sheets: Record<string, Sheet> = {
  'of the site': {
    css: find('public/css/*.css'),
    html: [...pages, ...scripts, ...code],
    meanings: [...scripts, ...tests],
  },
  'of mails': { css: ['views/mail/mail.css'], html: mails, meanings: tests },
  'of exports': {
    css: ['views/exports/archive/archive.css'],
    shared: ['public/css/theme.css', 'public/css/avatar.css'],
    html: withPartials(archive),
    meanings: tests,
  },
}

/** These templates and those that they include. */
function withPartials(files: string[]): string[] {
  const all = new Set(files)
  for (const file of all)
    for (const [, name] of read(file).matchAll(/include\('(\/[\w/-]+)'/g)) all.add(`views${name}.eta`)
  return [...all]
}

/** What selectors name: `.post`, `search-box`, `[data-size]`, `[data-size=36]`; and custom properties: `--text`. */
function namesIn(css: string[]) {
  const selectors = new Set<string>()
  const properties = { set: new Set<string>(), used: new Set<string>() }
  for (const file of css)
    walk(parse(read(file), { parseCustomProperty: true }), node => {
      for (const name of selected(node)) selectors.add(name)
      if (node.type === 'Declaration' && node.property.startsWith('--')) properties.set.add(node.property)
      if (node.type === 'Function' && node.name === 'var' && node.children.first?.type === 'Identifier')
        properties.used.add(node.children.first.name)
    })
  return { selectors: [...selectors], properties }
}

function selected(node: CssNode): string[] {
  if (node.type === 'ClassSelector') return [`.${node.name}`]
  if (node.type === 'TypeSelector') return node.name.includes('-') ? [node.name] : []
  if (node.type !== 'AttributeSelector' || !node.name.name.startsWith('data-')) return []
  const { name, value } = { name: node.name.name, value: node.value }
  if (!value || node.matcher !== '=') return [`[${name}]`]
  return [`[${name}=${value.type === 'String' ? value.value : value.name}]`]
}

/** What HTML has, written like a selector. `*` stands for a part that is put in while a page is rendered. */
function namesOf(html: string[]): string[] {
  const text = html.map(read).join('\n')
  return [
    ...attributesIn(text).flatMap(([name, value]) =>
      name === 'class' ? classesIn(value) : dataIn(name, value),
    ),
    ...quoted(text, /className = ('[^']*')/g).flatMap(words),
    ...quoted(text, /classList\.\w+\(([^)]*)\)/g).flatMap(words),
    ...all(text, /(?:setAttribute|toggleAttribute)\('(data-[\w-]+)'/g).map(name => `[${name}]`),
    ...all(text, /(?:<|createElement\(')([a-z]+-[a-z-]+)/g),
  ]
}

/** The attributes `class` and `data-…`. What a template puts into a value may contain quotes. */
function attributesIn(text: string): [name: string, value: string][] {
  const pattern = /\s(class|data-[\w-]+)(?:=(?:"((?:<%.*?%>|[^"<])*)"|[\w-]+))?(?=[\s>]|<%)/gs
  return [...text.matchAll(pattern)].map(([, name = '', value = '']) => [name, value])
}

function classesIn(value: string): string[] {
  const inExpressions = all(value, /<%=(.*?)%>/gs).flatMap(expression =>
    quoted(expression, /(.*)/gs).flatMap(words),
  )
  const written = value.replaceAll(/<%=.*?%>/gs, '*').replaceAll(/<%.*?%>/gs, '')
  return [...inExpressions, ...words(written)].filter(name => name !== '.*')
}

function dataIn(name: string, value: string): string[] {
  const written = value.replaceAll(/<%=.*?%>/gs, '*').replaceAll(/<%.*?%>/gs, '')
  return [`[${name}]`, `[${name}=${written}]`]
}

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => String(found))
/** The strings in what the pattern finds. */
const quoted = (text: string, pattern: RegExp) =>
  all(text, pattern).flatMap(found => all(found, /'([^']*)'/g))
const words = (text: string) => text.split(/\s+/).flatMap(word => (word ? [`.${word}`] : []))

/** Names that none of the others is, whichever of the two has the `*`. */
function without(names: string[], others: string[]): string[] {
  const known = new Set(others)
  const patterns = others.filter(name => name.includes('*')).map(asPattern)
  const isKnown = (name: string) =>
    known.has(name) ||
    patterns.some(pattern => pattern.test(name)) ||
    (name.includes('*') && others.some(other => asPattern(name).test(other)))
  return [...new Set(names)].filter(name => !isKnown(name)).toSorted()
}

const asPattern = (name: string) =>
  new RegExp(`^${name.replaceAll(/[.[\]]/g, '\\$&').replaceAll('*', '.*')}$`, 's')

/** Classes by which scripts and tests find elements: `.timeline`, `class="timeline"`. */
function soughtIn(files: string[]): string[] {
  const strings = files.flatMap(file => read(file).match(/'[^'\n]*'|"[^"\n]*"|`[^`]*`|\/[^/\n]+\//g) ?? [])
  const text = strings.join('\n')
  return [
    ...all(text, /\.([a-z][\w-]*)/g).map(name => `.${name}`),
    ...all(text, /class="([^"]*)/g).flatMap(words),
  ]
}

for (const [name, { css, shared = [], html, meanings }] of Object.entries(sheets)) {
  describe(`the stylesheet ${name}`, () => {
    const { selectors, properties } = namesIn(css)
    const lent = namesIn(shared)
    const used = namesOf(html)

    it('has no rule for a class, an element or an attribute that no page has', () =>
      assert.deepEqual(without(selectors, used), []))

    it('or a script or a test knows every class of a page', () => {
      const classes = used.filter(each => each.startsWith('.'))
      assert.deepEqual(without(classes, [...selectors, ...lent.selectors, ...soughtIn(meanings)]), [])
    })

    it('sets the custom properties that it uses, and no others', () => {
      const set = [...properties.set, ...lent.properties.set]
      assert.deepEqual(without([...properties.used], set), [], 'used, but never set')
      assert.deepEqual(without([...properties.set], [...properties.used]), [], 'set, but never used')
    })
  })
}

/** Journeys ask the other rules of axe in light alone, because of this. */
describe('the theme changes colors alone', () => {
  const rules = find('public/css/*.css').map(file => parse(read(file), { parseCustomProperty: true }))
  const found = (wanted: (node: CssNode) => boolean) => rules.flatMap(tree => findAll(tree, wanted))

  it('in stylesheets: no query asks for it, and it sets nothing but which colors are meant', () => {
    const queries = found(({ type }) => type === 'AtrulePrelude').map(node => generate(node))
    assert.ok(queries.length > 20)
    assert.deepEqual(
      queries.filter(query => /prefers-color-scheme|style\(/.test(query)),
      [],
    )
    const themed = found(node => node.type === 'Rule' && generate(node.prelude).includes('data-theme'))
    const set = themed.flatMap(rule => findAll(rule, ({ type }) => type === 'Declaration'))
    assert.deepEqual(
      set.map(node => generate(node)),
      ['color-scheme:light', 'color-scheme:dark'],
    )
    const choices = found(node => node.type === 'Function' && node.name === 'light-dark')
    assert.ok(choices.length > 10)
    for (const choice of choices.map(node => generate(node)))
      assert.match(choice, /^light-dark\(oklch\([^()]*(\([^()]*\))?[^()]*\),oklch\(/)
  })

  it('in pages and scripts: only the head tells the browser its colors', () => {
    const naming = [...pages, ...scripts].filter(file =>
      /prefers-color-scheme|data-theme|dataset\.theme/.test(read(file)),
    )
    assert.deepEqual(naming, ['views/layouts/_head.eta', 'views/layouts/application.eta'])
  })
})

describe('the icons', () => {
  const drawn = all(read('views/layouts/_icon.eta'), /^ {2}'?([a-z-]+)'?: '/gm)
  const named = all([...find('views/**/*.eta'), ...code].map(read).join('\n'), /\bicon(?:: |\()'([a-z-]+)'/g)

  it('are drawn where a page or a kind of notification names them, and no others', () => {
    assert.deepEqual(without(named, drawn), [], 'named, but not drawn')
    assert.deepEqual(without(drawn, named), [], 'drawn, but never named')
  })
})
