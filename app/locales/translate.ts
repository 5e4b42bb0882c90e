/** The words of every language: `t('posts.publish')`, typed by the English file. */
import { IntlMessageFormat } from 'intl-messageformat'
import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }

type Words = typeof en
/** Another language is its file, imported above, a line here, and its name below. */
export const words = { en, es } satisfies Record<string, Words>

export type LocaleKey = {
  [Section in keyof Words]: `${Section & string}.${keyof Words[Section] & string}`
}[keyof Words]
export type Language = keyof typeof words
export type Arguments = Record<string, string | number>
export type Translate = (key: LocaleKey, values?: Arguments) => string

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'es', name: 'Español' },
] as const satisfies { code: Language; name: string }[]

const translators = forEachLanguage(code => translator(code, words[code]))

/** What is made once for each language. */
export function forEachLanguage<Made>(make: (language: Language) => Made): Record<Language, Made> {
  return Object.fromEntries(languages.map(({ code }) => [code, make(code)])) as Record<Language, Made>
}

export function translate(language: Language): Translate {
  return translators[language]
}

export function isLanguage(value: unknown): value is Language {
  return languages.some(({ code }) => code === value)
}

/** Compiles each message when it is first said; those without arguments are what they say. */
function translator(language: Language, words: Words): Translate {
  const messages = new Map<string, string | IntlMessageFormat>()
  return (key, values) => {
    let message = messages.get(key)
    if (message === undefined) messages.set(key, (message = compile(textOf(words, key), language)))
    return typeof message === 'string' ? message : String(message.format(values))
  }
}

function textOf(words: Words, key: string): string {
  const [section = '', ...name] = key.split('.')
  const text = (words as Record<string, Record<string, string>>)[section]?.[name.join('.')]
  if (text === undefined) throw new Error(`there are no words for ${key}`)
  return text
}

function compile(text: string, language: Language): string | IntlMessageFormat {
  return /[{'<]/.test(text) ? new IntlMessageFormat(text, language, undefined, { ignoreTag: true }) : text
}
