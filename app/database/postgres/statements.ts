/** Drizzle on postgres.js: each statement is prepared, may be observed, and never runs after its transaction. */
import { drizzle } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import type { DatabaseOptions, OnStatement } from '../database.ts'
import { TransactionClosed } from '../errors.ts'
import type { Drizzle } from '../reader-writer.ts'
import { relations } from '../schema.ts'
import type { Client } from './pool.ts'

/** Every statement is prepared (one round trip from its second use on), and none runs after its transaction. */
export function guard(connection: Client, isOpen: () => boolean = () => true): Client {
  return {
    unsafe: ((text: string, values: never[]) => {
      if (!isOpen())
        throw new TransactionClosed('this transaction has ended: await every statement inside it')
      return connection.unsafe(text, values, { prepare: true })
    }) as Client['unsafe'],
  }
}

/** Drizzle replaces the pool's date parsers with its own, and otherwise calls only `unsafe`. */
export function drizzleOn(
  client: Client,
  { options }: postgres.Sql,
  { onStatement }: DatabaseOptions,
): Drizzle {
  const unsafe = onStatement ? observed(client, onStatement) : client.unsafe
  return drizzle({ client: { unsafe, options } as unknown as postgres.Sql, relations })
}

/** Sets Drizzle's date parsers on a pool: Drizzle itself sets them only on the pool that it was made with. */
export function withDrizzlesDates(client: postgres.Sql): postgres.Sql {
  drizzle({ client })
  return client
}

/** Drizzle's logger is only called when a statement begins; its end is observed here. */
function observed(client: Client, onStatement: OnStatement): Client['unsafe'] {
  return ((text: string, values: never[]) => {
    const ended = onStatement(text)
    const query = client.unsafe(text, values)
    if (ended) void query.then(ended, ended)
    return query
  }) as Client['unsafe']
}
