/** What a newcomer does by mistake, refused: a condition that is none, and a change of every row. */
import { inspect } from 'node:util'
import { UserError } from '../../config/user-error.ts'
import type { Database, Writer } from '../../database/database.ts'
import { users } from '../../database/schema.ts'
import { tableName } from './redact.ts'

type Method = (...values: unknown[]) => unknown
type Builder = Record<string, Method> & { config: { where?: unknown } }

/** `.where(posts.id === 1)` passes false, which Drizzle takes for no condition at all: every row. */
export function assertCondition(condition: unknown, method: string): void {
  if (condition === undefined || typeof condition === 'function' || 'getSQL' in Object(condition)) return
  throw new UserError(
    `${method} got ${inspect(condition)}, which is no condition: JavaScript compares the column itself with ===. Use eq(posts.id, 1)`,
  )
}

/** Replaces the methods of an object; each new one gets the old one. */
function wrap(object: object, wrappers: Record<string, (method: Method) => Method>): void {
  for (const [name, wrapper] of Object.entries(wrappers)) {
    const method = (object as Builder)[name] as Method
    Object.assign(object, { [name]: wrapper(method) })
  }
}

/** Lets every query of this process refuse what is no condition. */
export function refuseNonConditions(db: Database): void {
  const checked =
    (name: string) =>
    (method: Method): Method =>
      function (this: unknown, condition) {
        assertCondition(condition, `.${name}`)
        return method.call(this, condition)
      }
  const select = prototypeWith(db.select().from(users), 'where')
  wrap(select, { where: checked('where'), having: checked('having') })
  wrap(prototypeWith(select, 'createJoin'), {
    createJoin: method =>
      function (this: unknown, ...kind) {
        const join = method.apply(this, kind) as Method
        return (table: unknown, on: unknown) => {
          assertCondition(on, 'the condition of the join')
          return join(table, on)
        }
      },
  })
  const relational = (method: Method): Method =>
    function (this: unknown, options) {
      const { where } = Object(options) as { where?: unknown }
      if (where !== undefined && typeof where !== 'object')
        throw new UserError(`where got ${inspect(where)}: it takes an object, like { id: 1 }`)
      return method.call(this, options)
    }
  const query = prototypeWith(db.query.users, 'findMany')
  wrap(query, { findMany: relational, findFirst: relational })
}

/** The class that defines the method. */
function prototypeWith(object: object, method: string): object {
  let prototype = object
  while (!Object.hasOwn(prototype, method)) prototype = Object.getPrototypeOf(prototype) as object
  return prototype
}

/** A change without `where`. */
export class UnboundedChange extends UserError {
  override readonly name = 'UnboundedChange'
  readonly verb: 'delete' | 'update'
  readonly table: object
  constructor(verb: 'delete' | 'update', table: object) {
    super(`this would ${verb} all rows of ${tableName(table)}`)
    this.verb = verb
    this.table = table
  }
}

/** A Writer that throws UnboundedChange before it changes every row of a table. */
export function boundedWriter(tx: Writer): Writer {
  const bounded = (query: object, verb: 'delete' | 'update', table: object) => {
    const { config } = query as Builder
    wrap(query, {
      where: method => condition => {
        assertCondition(condition, '.where')
        return method.call(query, condition)
      },
      execute:
        method =>
        async (...values) => {
          if (config.where === undefined) throw new UnboundedChange(verb, table)
          return method.apply(query, values)
        },
    })
    return query
  }
  return {
    ...tx,
    delete: (table: never) => bounded(tx.delete(table), 'delete', table),
    update: (table: never) => ({
      set: (values: never) => bounded(tx.update(table).set(values), 'update', table),
    }),
  } as unknown as Writer
}
