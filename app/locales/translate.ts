/** Translations: `t('posts.publish')`, with keys and types from the English file. */
import { type Formatters, IntlMessageFormat } from 'intl-messageformat'
import { isolate } from '../text/bidi.ts'
import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }

type Messages = typeof en
/** A new language needs its file, its import above, an entry here, and its name below. */
export const messages = { en, es } satisfies Record<string, Messages>

export type LocaleKey = {
  [Section in keyof Messages]: `${Section & string}.${keyof Messages[Section] & string}`
}[keyof Messages]
export type Language = keyof typeof messages
export type Arguments = Record<string, string | number>
export type Translate = (key: LocaleKey, values?: Arguments) => string

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'es', name: 'Español' },
] as const satisfies { code: Language; name: string }[]

const translators = forEachLanguage(code => createTranslator(code, messages[code]))

/** A value for each language. */
export function forEachLanguage<T>(create: (language: Language) => T): Record<Language, T> {
  return Object.fromEntries(languages.map(({ code }) => [code, create(code)])) as Record<Language, T>
}

export function translate(language: Language): Translate {
  return translators[language]
}

export function isLanguage(value: unknown): value is Language {
  return languages.some(({ code }) => code === value)
}

/** No name can turn a sentence round. */
function isolatedIn(values: Arguments = {}): Arguments {
  const isolated: Arguments = {}
  for (const [key, value] of Object.entries(values))
    isolated[key] = typeof value === 'string' ? isolate(value) : value
  return isolated
}

/** Those of a language, for all its messages: each would make its own, and look for them by their options, as JSON, at each use. */
function formattersOf(language: Language): Formatters {
  const number = new Intl.NumberFormat(language)
  const rules = {
    cardinal: new Intl.PluralRules(language),
    ordinal: new Intl.PluralRules(language, { type: 'ordinal' }),
  }
  return {
    getNumberFormat: (_locales, options) => (options ? new Intl.NumberFormat(language, options) : number),
    getPluralRules: (_locales, { type = 'cardinal' } = {}) => rules[type],
    getDateTimeFormat: (_locales, options) => new Intl.DateTimeFormat(language, options),
  }
}

/** Compiles each message on first use; one without arguments or markup stays a string. */
function createTranslator(language: Language, messages: Messages): Translate {
  const compiled = new Map<string, string | IntlMessageFormat>()
  const formatters = formattersOf(language)
  const compile = (key: string) => {
    const [section = '', ...name] = key.split('.')
    const text = (messages as Record<string, Record<string, string>>)[section]?.[name.join('.')]
    if (text === undefined) throw new Error(`there is no message ${key}`)
    return /[{'<]/.test(text)
      ? new IntlMessageFormat(text, language, undefined, { ignoreTag: true, formatters })
      : text
  }
  return (key, values) => {
    let message = compiled.get(key)
    if (message === undefined) compiled.set(key, (message = compile(key)))
    return typeof message === 'string' ? message : String(message.format(isolatedIn(values)))
  }
}
