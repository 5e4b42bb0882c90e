/** The tables of schema.ts as a Mermaid diagram, for README.md. */
import { tableConfig } from './columns.ts'
import * as schema from './schema.ts'

/** The tables that the guide's examples use: only these are drawn with their columns. */
const detailed = new Set(['users', 'posts', 'follows'])

/**
 * An erDiagram, the same on both engines: a line from parent to child for the foreign keys between two tables,
 * with `|o` at the parent if the key may be null, and the columns of the detailed tables.
 */
export function erDiagram(): string {
  const configs = Object.values(schema)
    .filter((value): value is typeof schema.users => Symbol.for('drizzle:Name') in value)
    .map(table => tableConfig(table))
  const lines = configs.flatMap(({ name, columns, foreignKeys }) => {
    const links = new Map<string, string[]>()
    for (const key of foreignKeys) {
      const { columns: from, foreignTable } = key.reference()
      const parent = tableConfig(foreignTable).name
      const link = `${parent} ${from[0]?.notNull ? '||' : '|o'}--o{ ${name}`
      links.set(link, [...(links.get(link) ?? []), ...from.map(column => column.name)])
    }
    const attributes = columns.map(column => `    ${typeOf(column)} ${column.name}`)
    const entity = detailed.has(name) ? [`  ${name} {`, ...attributes, '  }'] : [`  ${name}`]
    const relations = [...links].map(([link, keys]) => `  ${link} : "${keys.join(',')}"`)
    return detailed.has(name) || relations.length === 0 ? [...entity, ...relations] : relations
  })
  return ['erDiagram', ...lines].join('\n')
}

/** The JavaScript type of a column, which is the same on both engines. */
function typeOf({ dataType }: { dataType: string }): string {
  const [kind = '', object] = dataType.split(' ')
  return kind === 'object' ? (object === 'date' ? 'Date' : String(object)) : kind
}
