import assert from 'node:assert/strict'
import { existsSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, it } from 'node:test'
import { IntlMessageFormat } from 'intl-messageformat'
import { root } from '../config.ts'
import { formatsFor } from './formats.ts'
import { timeZones, toTimeZone } from './time-zones.ts'
import { type Language, type LocaleKey, languages, messages, translate } from './translate.ts'

const flat = (messages: object): Map<string, string> =>
  new Map(
    Object.entries(messages).flatMap(([section, entries]) =>
      Object.entries(entries).map(([name, text]) => [`${section}.${name}`, String(text)]),
    ),
  )
const english = flat(messages.en)
/** Every other language, by its name. */
const others = languages.flatMap(({ code, name }) =>
  code === 'en' ? [] : [{ code, name, translated: flat(messages[code]) }],
)

/** The names of a message's arguments. */
function argumentsOf(text: string): string[] {
  const names = new Set<string>()
  const visit = (
    elements: { type: number; value?: unknown; options?: Record<string, { value: never[] }> }[],
  ) => {
    for (const { type, value, options } of elements) {
      if (type !== 0 && type !== 7) names.add(String(value))
      for (const option of Object.values(options ?? {})) visit(option.value)
    }
  }
  visit(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst() as never)
  return [...names].toSorted()
}

describe('a value of a sentence', () => {
  const t = translate('en')
  const said = (name: string) => t('follows.followed', { name })
  it('that could turn the sentence round is isolated', () => {
    for (const name of ['\u202eevil', 'שלום', 'محمد', 'a\u200fb', '\u2067x', '\u{1e900}'])
      assert.ok(said(name).startsWith('You now follow \u2068'), JSON.stringify(name))
    assert.match(said('שלום'), /\u2068שלום\u2069\.$/)
    assert.equal(said('\u2068שלום\u2069'), said('שלום'), 'once')
  })

  it('cannot end or outlast its isolation', () => {
    for (const name of [
      '\u2069\u202eevil',
      '\u2067evil',
      '\u2069\u2069\u2067',
      'a\u2066b\u2069\u2069c\u2068',
    ]) {
      let open = 0
      for (const [at, sign] of [...said(name)].entries()) {
        if (/[\u2066-\u2068]/.test(sign)) open += 1
        if (sign === '\u2069') open -= 1
        assert.ok(open > 0 || !/[\u202a-\u202e]/.test(sign), `${JSON.stringify(name)} at ${at}`)
      }
      assert.equal(open, 0, JSON.stringify(name))
    }
  })

  it('of other letters stays as it is, so that it can be copied and chosen by', () => {
    for (const name of ['Susan', 'José', '今日', 'x@münchen.de', '🎉', 'yes'])
      assert.equal(said(name), `You now follow ${name}.`)
  })
})

describe('the messages', () => {
  for (const { code, name, translated } of others) {
    it(`are the same keys in English and ${name}, in the same order`, () =>
      assert.deepEqual([...translated.keys()], [...english.keys()]))

    it(`take the same arguments in English and ${name}`, () => {
      for (const [key, text] of english)
        assert.deepEqual(argumentsOf(translated.get(key) ?? ''), argumentsOf(text), key)
    })

    it(`are translated: where English and ${name} are the same, it is on purpose`, () => {
      const same = new Set([
        'settings.theme_auto',
        'settings.apps',
        'images.alt_mark',
        'images.animation_mark',
      ])
      const untranslated = [...english].filter(
        ([key, text]) =>
          /\p{L}{3}/u.test(text.replaceAll(/\{.*?\}/g, '')) && translated.get(key) === text && !same.has(key),
      )
      assert.deepEqual(
        untranslated.map(([key, text]) => `${key}: ${text}`),
        [],
      )
    })

    it(`describe an export in ${name}, too`, () =>
      assert.ok(existsSync(path.join(root, `views/exports/archive/format.${code}.md`))))
  }

  it('are set as print is: quotes, dashes and dots of their own, one space, both halves of a question', () => {
    const misprints = {
      en: /["']|\.{3}|--|[«»¿¡]|\s\s|^\s|\s$|\s[,.;:?!%]|colour|favour|neighbour|harbour|centre\b|cancelled|(?:recogn|organ|author|custom|apolog)is/i,
      es: /["']|\.{3}|--|[“”‘’]|[ \u00a0]{2}|^\s|\s$|\s[,.;:?!]|[^\u00a0]%|usted\b|vosotr|\B[oe]\/as?\b|@s\b/i,
    }
    for (const { code } of languages)
      for (const [key, text] of flat(messages[code])) {
        assert.doesNotMatch(text, misprints[code], `${code} ${key}`)
        const count = (sign: string) => text.split(sign).length
        if (code === 'es')
          assert.deepEqual([count('¿'), count('¡')], [count('?'), count('!')], `${key} ends what it opens`)
      }
  })

  it('are all used', async () => {
    const files = [
      ...globSync('views/**/*.eta', { cwd: root }),
      ...globSync('app/**/*.ts', { cwd: root }),
    ].filter(file => !file.endsWith('.test.ts'))
    const sources = await Promise.all(files.map(file => readFile(path.join(root, file), 'utf8')))
    const text = sources.join('\n')
    // Keys that are put together: errors.title_404, accounts.email_taken, …
    const patterns = [...text.matchAll(/[`'"]([a-z_]+\.(?:[a-z_0-9]*\$\{[^}]+\}[a-z_0-9]*)+)[`'"]/g)].map(
      ([, template]) =>
        new RegExp(
          `^${String(template)
            .replaceAll('.', '\\.')
            .replaceAll(/\$\{[^}]+\}/g, '\\w+')}$`,
        ),
    )
    const unused = [...english.keys()].filter(
      key =>
        !new RegExp(`[\`'"]${key.replace('.', '\\.')}[\`'"]`).test(text) &&
        !patterns.some(pattern => pattern.test(key)),
    )
    assert.deepEqual(unused, [])
  })

  it('exist for every key that a template uses', async () => {
    for (const file of globSync('views/**/*.eta', { cwd: root })) {
      const text = await readFile(path.join(root, file), 'utf8')
      for (const [, key] of text.matchAll(/\bt\(\s*'([^']+)'/g))
        assert.ok(english.has(String(key)), `${file}: ${key}`)
    }
  })

  it('leave no sentence in a template, but for the reference of the API, which is English', async () => {
    const english = new Set(['docs', '_operation', '_fields'].map(name => `views/api/${name}.eta`))
    for (const file of globSync('views/**/*.eta', { cwd: root }).filter(file => !english.has(file))) {
      const text = (await readFile(path.join(root, file), 'utf8'))
        .replaceAll(/<%[\s\S]*?%>/g, '')
        .replaceAll(/<[^>]*>/g, ' ')
      assert.doesNotMatch(text, /\p{L}{3,}/u, file)
    }
  })
})

describe('plurals and times', () => {
  it('count in both languages', () => {
    const [english, spanish] = [translate('en'), translate('es')]
    assert.match(english('posts.too_long', { limit: 140, over: 1 }), /1 character\b/)
    assert.match(english('posts.too_long', { limit: 140, over: 2 }), /2 characters/)
    assert.match(spanish('posts.too_long', { limit: 140, over: 1 }), /1 carácter\b/)
    assert.match(spanish('posts.too_long', { limit: 140, over: 2 }), /2 caracteres/)
  })

  it('tell how long ago something was', () => {
    const ago = (ms: number) => new Date(Date.now() - ms)
    const { relative } = formatsFor('en').when
    assert.equal(relative(ago(3_000)), 'now')
    assert.equal(relative(ago(-60_000)), 'now', 'a clock that is a little fast')
    assert.match(relative(ago(4 * 60_000)), /^4\s?m/)
    assert.match(relative(ago(2 * 3_600_000)), /^2\s?h/)
    const yesterday = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000 - 1)
    if (Date.now() - yesterday.getTime() >= 86_400_000) assert.equal(relative(yesterday), 'yesterday')
    assert.match(formatsFor('es').when.relative(ago(3 * 86_400_000)), /3/)
    assert.match(relative(new Date('2020-05-06T00:00:00Z')), /2020/)
    assert.equal(formatsFor('es').when.day(new Date('2026-11-20T23:59:00Z')), '20 de noviembre de 2026')
  })
})

describe('the number of a sentence', () => {
  it('is found wherever it stands, as the language writes it', () => {
    const around = (language: Language, key: LocaleKey, count: number) =>
      formatsFor(language).aroundNumber(translate(language)(key, { count }), count)
    assert.deepEqual(around('en', 'profiles.followers_count', 1), ['', '1', ' follower'])
    assert.deepEqual(around('en', 'posts.count', 1_234_567), ['', '1,234,567', ' posts'])
    assert.deepEqual(around('es', 'profiles.following_count', 0), ['Sigue a ', '0', ''])
    assert.deepEqual(around('es', 'profiles.following_count', 12_345), ['Sigue a ', '12.345', ''])
    assert.deepEqual(formatsFor('en').aroundNumber('No posts', 0), ['No posts', '', ''])
  })
})

describe('times in the reader’s zone', () => {
  const at = new Date('2026-11-20T16:30:00Z')

  it('are those of its clocks, summer time and half hours among them', () => {
    const inZone = (zone: string, date = at) => formatsFor('en', zone).when.time(date).replace(/\s/, ' ')
    assert.equal(inZone('Asia/Tokyo'), '1:30 AM')
    assert.equal(inZone('Asia/Kolkata'), '10:00 PM')
    assert.equal(inZone('America/St_Johns'), '1:00 PM')
    assert.equal(inZone('Europe/Madrid'), '5:30 PM')
    assert.equal(inZone('Europe/Madrid', new Date('2026-07-20T16:30:00Z')), '6:30 PM')
    assert.equal(formatsFor('es', 'Asia/Tokyo').when.time(at), '1:30')
  })

  it('belong to its days, and only UTC is named', () => {
    const [tokyo, here] = [formatsFor('en', 'Asia/Tokyo').when, formatsFor('en').when]
    assert.deepEqual([tokyo.isoDay(at), here.isoDay(at)], ['2026-11-21', '2026-11-20'])
    assert.equal(tokyo.day(at), 'November 21, 2026')
    assert.doesNotMatch(tokyo.full(at), /UTC|GMT/)
    assert.match(here.full(at), /UTC$/)
    assert.match(tokyo.full(new Date(0)), /January 1, 1970/)
    assert.equal(
      formatsFor('en', 'Pacific/Kiritimati').when.isoDay(new Date('1999-12-31T10:00:00Z')),
      '2000-01-01',
    )
  })

  it('are of today until its own midnight', () => {
    for (const zone of ['Asia/Tokyo', 'America/Los_Angeles', 'Australia/Lord_Howe', 'UTC']) {
      const { isoDay, heading } = formatsFor('en', zone).when
      const now = Date.now()
      // The first minute of today there, by trying each.
      let first = Math.floor(now / 60_000) * 60_000
      while (isoDay(new Date(first - 60_000)) === isoDay(new Date(now))) first -= 60_000
      assert.match(heading(new Date(first)), /^Today/, zone)
      assert.match(heading(new Date(first - 1)), /^Yesterday/, zone)
    }
  })

  it('need a zone that exists, by whichever of its names', () => {
    assert.equal(toTimeZone('Asia/Kolkata'), toTimeZone('asia/calcutta'))
    assert.deepEqual(['UTC', 'Etc/UTC', 'Etc/GMT+5'].map(toTimeZone), ['UTC', 'UTC', 'Etc/GMT+5'])
    for (const name of [
      '',
      'Mars/Olympus',
      '+05:30',
      '../../etc/passwd',
      'Europe/Madrid\0',
      'x'.repeat(9_999),
      null,
    ])
      assert.equal(toTimeZone(name), null, String(name))
    assert.ok(timeZones.every(name => toTimeZone(name) === name))
  })
})
