import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { differenceEuclidean, displayable, formatHex, wcagContrast } from 'culori'
import { root } from './config.ts'
import { avatarOf } from './people/avatar.ts'
import { openSite, type Site } from './testing/site.ts'

const themes = ['light', 'dark'] as const
type Theme = (typeof themes)[number]
type Color = Record<Theme, string>

const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const lightDark = /light-dark\((oklch\((?:[^()]|\([^()]*\))+\)), (oklch\((?:[^()]|\([^()]*\))+\))\)/

function colorIn(css: string | undefined): Color | undefined {
  const [, light, dark] = css?.match(lightDark) ?? []
  return light && dark ? { light, dark } : undefined
}

/** The colors of theme.css by name, without the shadow, which is translucent. */
const colors = Object.fromEntries(
  [...read('public/css/theme.css').matchAll(/^ +--([\w-]+): (light-dark\(.+);/gm)].map(([, name, value]) => [
    name,
    colorIn(value),
  ]),
) as Record<string, Color>

/** A color of the stylesheet is `oklch(lightness chroma hue)`. */
const quiet = (color: string) => Number(color.split(' ')[1]) < 0.065

function hex(name: string, theme: Theme): string {
  return formatHex(colors[name]?.[theme]) ?? assert.fail(name)
}

/** The ground and the letter of each of the eight tones of avatar.css. */
const tones = tonesIn(read('public/css/avatar.css'))

function tonesIn(css: string): { ground: Color; letter: Color }[] {
  const letter = colorIn(css.match(/ color: .+/)?.[0]) ?? assert.fail('the letter')
  return [...css.matchAll(/\.tone-\d \{\s+--hue: (\d+);\s+background: (.+);/g)].map(
    ([, hue = '', ground]) => ({
      ground: colorIn(ground) ?? assert.fail(ground),
      letter: {
        light: letter.light.replace('var(--hue)', hue),
        dark: letter.dark.replace('var(--hue)', hue),
      },
    }),
  )
}

for (const theme of themes)
  describe(`the ${theme} theme`, () => {
    const contrast = (name: string, ground: string) => wcagContrast(hex(name, theme), hex(ground, theme))

    it('has colors that every screen can show', () => {
      assert.ok(Object.keys(colors).length >= 11)
      for (const [name, color] of Object.entries(colors)) assert.ok(displayable(color[theme]), name)
      for (const { ground, letter } of tones)
        assert.ok(displayable(ground[theme]) && displayable(letter[theme]), ground[theme])
    })

    for (const [name, grounds, atLeast] of [
      ['text', ['surface', 'raised', 'sunk', 'tint', 'highlight'], 4.5],
      ['muted', ['surface', 'raised', 'sunk', 'tint'], 4.5],
      ['accent', ['surface', 'raised', 'sunk', 'tint'], 4.5],
      ['on-accent', ['accent'], 4.5],
      ['surface', ['text'], 4.5],
      ['control-border', ['surface', 'raised'], 3],
    ] as const)
      it(`shows ${name} clearly on ${grounds.join(', ')}`, () => {
        for (const ground of grounds) {
          const measured = contrast(name, ground)
          assert.ok(measured >= atLeast, `${name} on ${ground}: ${measured.toFixed(2)}`)
        }
      })

    it('shows the letter of a face clearly, on tones that can be told apart', () => {
      assert.equal(tones.length, 8)
      for (const { ground } of tones) assert.ok(quiet(ground[theme]), `${ground[theme]} is loud`)
      for (const { ground, letter } of tones)
        assert.ok(wcagContrast(letter[theme], ground[theme]) >= 4.5, ground[theme])
      const difference = differenceEuclidean('oklab')
      for (const [at, { ground }] of tones.entries())
        for (const other of tones.slice(at + 1))
          assert.ok(
            difference(ground[theme], other.ground[theme]) > 0.05,
            `${ground[theme]} and ${other.ground[theme]}`,
          )
    })
  })

it('every face has a tone and a shape that the stylesheet draws', () => {
  const css = read('public/css/avatar.css')
  for (let at = 0; at < 200; at++) {
    const { tone, shape } = avatarOf({ username: `person${at}`, displayName: '' })
    for (const name of [`.tone-${tone} {`, `.shape-${shape} {`]) assert.ok(css.includes(name), name)
  }
})

it('two shapes of a face differ in two corners at least', () => {
  const radii = [...read('public/css/avatar.css').matchAll(/\.shape-\d \{\s+border-radius: (.+);/g)]
  const shapes = radii.map(([, radius = '']) => {
    const [a = '', b = a, c = a, d = b] = radius.split(' ')
    return [a, b, c, d]
  })
  assert.equal(shapes.length, 6)
  for (const [at, shape] of shapes.entries())
    for (const other of shapes.slice(at + 1))
      assert.ok(
        shape.filter((corner, n) => corner !== other[n]).length >= 2,
        `${shape.join(' ')} and ${other.join(' ')}`,
      )
})

describe('a copy of the colors', () => {
  let site: Site
  before(async () => (site = await openSite()))
  after(() => site.close())

  it('in mails is the theme’s, in both themes', () => {
    const [light = '', dark = ''] = read('views/mail/mail.css').split('@media (prefers-color-scheme: dark)')
    for (const [theme, css] of [
      ['light', light],
      ['dark', dark],
    ] as const) {
      const known = new Set(Object.keys(colors).map(name => hex(name, theme)))
      const found = css.match(/#[\da-f]{3,8}\b/gi) ?? []
      assert.ok(found.length > 5)
      assert.deepEqual(
        found.filter(color => !known.has(color)),
        [],
      )
    }
  })

  it('in the icon is paper and red', () => {
    const fills = [...read('public/images/icon.svg').matchAll(/fill="(.+?)"/g)].map(([, fill]) => fill)
    assert.deepEqual(fills, [hex('surface', 'light'), hex('accent', 'light')])
  })

  it('around a page is its background', async () => {
    const { page } = await site.visitor().get('/')
    const metas = page.querySelectorAll('meta[name=theme-color]')
    assert.deepEqual(
      metas.map(meta => [meta.getAttribute('media'), meta.getAttribute('content')]),
      themes.map(theme => [`(prefers-color-scheme: ${theme})`, hex('surface', theme)]),
    )
  })

  it('around the installed site is its background', async () => {
    const manifest = (await site.visitor().get('/manifest.webmanifest')).json()
    assert.equal(manifest['background_color'], hex('surface', 'light'))
    assert.equal(manifest['theme_color'], hex('surface', 'light'))
  })
})
