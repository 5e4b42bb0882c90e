/** The reference as its page shows it: the OpenAPI document, cut into what is said about each operation. */
import { nouns } from './descriptions.ts'
import type { Operation, Reference, Schema } from './reference.ts'

export type Field = {
  name: string
  /** As in `string`, `integer or null`, `Post[]`. */
  type: string
  /** The shared schema that its type names. */
  link: string | null
  required: boolean
  description: string
}
export type Access = 'anybody' | 'read' | 'write' | 'password'
export type OperationView = {
  id: string
  method: string
  path: string
  summary: string
  description: string
  access: Access
  parameters: Field[]
  body: Field[]
  curl: string
  answers: { status: string; schema: string | null; isList: boolean }[]
}
export type NounView = { name: string; title: string; operations: OperationView[] }
export type SchemaView = { name: string; description: string; fields: Field[] }

export function nounViews(reference: Reference, url: string): NounView[] {
  const operations = Object.entries(reference.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  return nouns.map(name => ({
    name,
    title: reference.tags.find(tag => tag.name === name)?.description ?? name,
    operations: operations
      .filter(({ operation }) => operation.tags.includes(name))
      .map(({ path, method, operation }) => operationView({ path, method, url }, operation)),
  }))
}

type Place = { path: string; method: string; url: string }

function operationView({ path, method, url }: Place, operation: Operation): OperationView {
  const { operationId: id, summary, description = '', parameters = [] } = operation
  return {
    id,
    method,
    path,
    summary,
    description,
    access: accessOf(operation),
    parameters: parameters
      .filter(parameter => parameter.in !== 'header')
      .map(({ name, required = false, schema, description = '' }) =>
        field(name, { ...schema, description }, required),
      ),
    body: bodyOf(operation) ? fieldsOf(bodyOf(operation) as Schema) : [],
    curl: curlOf({ path, method, url }, operation),
    answers: answersOf(operation),
  }
}

function accessOf({ security }: Operation): Access {
  if (security.some(scheme => scheme['password'])) return 'password'
  if (security.some(scheme => Object.keys(scheme).length === 0)) return 'anybody'
  return security[0]?.['token']?.[0] === 'write' ? 'write' : 'read'
}

function bodyOf({ requestBody }: Operation): Schema | undefined {
  return requestBody && Object.values(requestBody.content)[0]?.schema
}

function curlOf({ path, method, url }: Place, operation: Operation): string {
  const examples = new Map(operation.parameters?.map(({ name, example }) => [name, example]))
  const address = url + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(examples.get(name)))
  const query = operation.parameters?.find(
    ({ in: where, example }) => where === 'query' && example !== undefined,
  )
  const asked = query ? `${address}?${query.name}=${encodeURIComponent(String(query.example))}` : address
  const body = exampleOf(bodyOf(operation))
  const isUsual = method === 'GET' || (method === 'POST' && body)
  const access = { anybody: '', password: '-u susan', read: token, write: token }[accessOf(operation)]
  const parts = [`curl${isUsual ? '' : ` -X ${method}`} '${asked}'`, access, body && `--json '${body}'`]
  return parts.filter(Boolean).join(' \\\n  ')
}

const token = '-H "Authorization: Bearer $TOKEN"'

function exampleOf(schema: Schema | undefined): string {
  const given = Object.entries(schema?.properties ?? {}).filter(([, { examples }]) => examples)
  const example = Object.fromEntries(given.map(([name, { examples }]) => [name, examples?.[0]]))
  return given.length > 0 ? JSON.stringify(example) : ''
}

/** What is answered when all is well; the problems are the same everywhere. */
function answersOf({ responses }: Operation): OperationView['answers'] {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return good.map(([status, { content }]) => {
    const schema = content?.['application/json']?.schema
    const items = schema?.properties?.['items']?.items
    return { status, schema: nameOf(items ?? schema), isList: items !== undefined }
  })
}

export function schemaViews({ components }: Reference): SchemaView[] {
  return Object.entries(components.schemas).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    fields: fieldsOf(schema),
  }))
}

function fieldsOf({ properties = {}, required = [] }: Schema): Field[] {
  return Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name)))
}

function field(name: string, schema: Schema, required: boolean): Field {
  const link = nameOf(schema.items ?? schema.anyOf?.[0] ?? schema)
  return { name, type: typeOf(schema), link, required, description: schema.description ?? '' }
}

function nameOf(schema: Schema | undefined): string | null {
  return schema?.$ref?.split('/').at(-1) ?? null
}

function typeOf(schema: Schema): string {
  const { type, items, anyOf, allOf, format } = schema
  if (schema.$ref) return String(nameOf(schema))
  if (schema.enum) return schema.enum.map(String).join(' | ')
  if (items) return `${typeOf(items)}[]`
  if (anyOf) return anyOf.map(typeOf).join(' | ')
  if (allOf) return typeOf(allOf[0] as Schema)
  const names = [type ?? 'object'].flat()
  return names.map(one => (one === 'string' && format ? format : one)).join(' | ')
}
