/** Who a username leads to: today's, or one that they had before; and so whom a text mentions. */
import type { Reader } from '../database/database.ts'
import { formerUsernames, users } from '../database/schema.ts'
import { and, eq, inArray, type SQL, sql } from '../database/sql.ts'
import { type Entity, findEntities, mentionedNames } from '../text/entities.ts'
import { foldName } from '../text/normalize.ts'
import { isOpen } from './visibility.ts'

/** The id of the person who has this folded username, or had it before; null when there is none. */
export function idOfUsername(key: string | ReturnType<typeof sql.placeholder>): SQL {
  const { usernameKey, userId } = formerUsernames
  return sql`coalesce(
    (select ${users.id} from ${users} where ${users.usernameKey} = ${key}),
    (select ${userId} from ${formerUsernames} where ${usernameKey} = ${key}))`
}

/** Everybody with an open account whose folded username is one of these, or was: `key` says which. */
export async function findByUsernames(db: Reader, keys: string[]) {
  const { id, username, createdAt, usernameKey } = users
  return db
    .select({ id, username, createdAt, key: usernameKey })
    .from(users)
    .where(and(inArray(usernameKey, keys), isOpen))
    .unionAll(
      db
        .select({ id, username, createdAt, key: formerUsernames.usernameKey })
        .from(formerUsernames)
        .innerJoin(users, eq(id, formerUsernames.userId))
        .where(and(inArray(formerUsernames.usernameKey, keys), isOpen)),
    )
}

/** Everybody with an open account whom these entities mention, by the folded names in them. */
export async function mentionedPeople(db: Reader, texts: Entity[][]) {
  const names = [...new Set(texts.flatMap(mentionedNames))]
  const people = new Map<string, { id: number; username: string; createdAt: Date }>()
  // Statements have a limit of parameters.
  for (let at = 0; at < names.length; at += 5_000)
    for (const { key, ...person } of await findByUsernames(db, names.slice(at, at + 5_000)))
      people.set(key, person)
  return people
}

type Resolved = { entities: Entity[]; mentioned: number[] }

/**
 * What was found in texts, without mentions of unknown names, and the people mentioned in each. A mention is one only if
 * there is such an account now; it links to the name as its owner writes it today, also by a name that they had before.
 */
export async function resolveMentions(db: Reader, texts: Entity[][]): Promise<Resolved[]> {
  const people = await mentionedPeople(db, texts)
  return texts.map(found => {
    const mentioned = new Set<number>()
    const entities = found.flatMap(entity => {
      if (entity.kind !== 'mention') return [entity]
      const person = people.get(foldName(entity.href.slice(2)))
      if (!person) return []
      mentioned.add(person.id)
      return [{ ...entity, href: `/@${person.username}` }]
    })
    return { entities, mentioned: [...mentioned] }
  })
}

/** The same of one text as it was typed. */
export async function resolveEntities(db: Reader, body: string): Promise<Resolved> {
  const [resolved] = await resolveMentions(db, [findEntities(body)])
  return resolved as Resolved
}
