/** Which fields of a request are wrong, and the sentence for each: what schemas find, put for people. */
import type { LocaleKey } from '../locales/translate.ts'

/** The schema of one field, as far as its sentences depend on it. */
export type Field = { type?: string | string[]; errorKey?: LocaleKey; allOf?: Field[] }
type Fields = Record<string, Field>
type Schema = { properties?: Fields }
/** What Ajv finds wrong, told with the part of the schema that says so (`verbose`). */
export type SchemaError = {
  keyword: string
  instancePath: string
  params: { missingProperty?: string; additionalProperty?: string }
  parentSchema?: Field
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Line ends become `\n`; the fields with characters that PostgreSQL or a reader's terminal would choke on. */
export function normaliseTexts(value: unknown): Map<string, LocaleKey> {
  const wrong = new Map<string, LocaleKey>()
  if (!isObject(value)) return wrong
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') continue
    value[name] = text.replaceAll(/\r\n?/g, '\n')
    if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text.replaceAll(/[\r\n\t]/g, '')))
      wrong.set(name, 'api.control_characters')
  }
  return wrong
}

/** The first errorKey about each field; the empty name stands for the whole. */
export function wrongFields(errors: SchemaError[], { properties = {} }: Schema): Map<string, LocaleKey> {
  const wrong = new Map<string, LocaleKey>()
  for (const error of errors) {
    const name = nameIn(error)
    if (!wrong.has(name)) wrong.set(name, errorKeyFor(properties[name] ?? {}, error))
  }
  return wrong
}

function nameIn({ params, instancePath }: SchemaError): string {
  return params.missingProperty ?? params.additionalProperty ?? instancePath.split('/')[1] ?? ''
}

function errorKeyFor(field: Field, { keyword, instancePath, parentSchema = {} }: SchemaError): LocaleKey {
  if (keyword === 'additionalProperties') return 'api.unknown_field'
  if (keyword === 'required') return errorKeyOf(field) ?? 'api.missing'
  if (instancePath === '') return 'api.not_object'
  if (keyword === 'type') return isText(field) ? 'api.must_be_text' : 'api.must_be_number'
  return errorKeyOf(parentSchema) ?? errorKeyOf(field) ?? 'forms.invalid'
}

/** What a schema, or the last of its parts that has one, complains with. */
function errorKeyOf({ errorKey, allOf = [] }: Field): LocaleKey | undefined {
  return errorKey ?? allOf.findLast(part => part.errorKey)?.errorKey
}

function isText({ type, allOf }: Field): boolean {
  return type === 'string' || (allOf ?? []).some(isText)
}

/** Wrong texts become empty ones, so that a form's judgement can look at the fields that are right. */
export function blankWrongTexts(value: unknown, wrong: Map<string, LocaleKey>, fields: Fields): void {
  if (!isObject(value)) return
  for (const name of wrong.keys()) if (isText(fields[name] ?? {})) value[name] = ''
}

/** Digits become a number where the schema asks for a whole one. */
export function withNumbers(value: unknown, fields: Fields): unknown {
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([name, text]) => {
    const isNumber = fields[name]?.type === 'integer' && /^\d{1,16}$/.test(String(text))
    return [name, isNumber ? Number(text) : text]
  })
  return Object.fromEntries(entries)
}
