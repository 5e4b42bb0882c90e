/** The vocabulary of what the API answers. Descriptions are keys of the words: api/reference.ts translates them. */
import { type Static, type TSchema, Type } from 'typebox'
import type { LocaleKey } from '../locales/translate.ts'

type Described = { description?: LocaleKey; errorKey?: LocaleKey; examples?: unknown[] }

/** A moment in UTC (RFC 3339). */
export const Timestamp = (options: Described = {}) => Type.String({ format: 'date-time', ...options })
export const TimestampOrNull = (options: Described = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', ...options })
export const TextOrNull = (options: Described = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })
export const FlagOrNull = (options: Described = {}) =>
  Type.Unsafe<boolean | null>({ type: ['boolean', 'null'], ...options })

/** The address of a page for people, or of something that is linked to. */
export const PageAddress = () => Type.String({ format: 'uri', description: 'reference.page_url' })
/** An address within the API. */
export const Address = () => Type.String({ format: 'uri-reference' })

/** One of the schemas that are described once, by its $id. */
export const shared = <T = object>(id: string) => Type.Unsafe<T>({ $ref: `${id}#` })
export const sharedOrNull = <T = object>(id: string) =>
  Type.Unsafe<T | null>({ anyOf: [{ $ref: `${id}#` }, { type: 'null' }] })

/** A form's field as the API takes it: there, what is missing is not simply empty. */
export function fieldOf<Field extends TSchema>(field: Field, options: Described = {}) {
  const { default: _, ...schema } = field as Field & { default?: unknown }
  return Type.Unsafe<Static<Field>>({ ...schema, ...options })
}
