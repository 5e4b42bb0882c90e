/** Mentions in posts and messages link to the name that the person had when they were written. */
import type { Writer } from '../database/database.ts'
import type { RetentionStep } from '../database/retention.ts'
import { messages, posts } from '../database/schema.ts'
import { asc, eq, gt } from '../database/sql.ts'
import { type Entity, mentionedNames } from '../text/entities.ts'
import { foldName } from '../text/normalize.ts'

/** Rows of one transaction. */
const chunk = 500

/** Today's username of the person who had a folded name; null if the account is gone, undefined for any other name. */
type OwnerOf = (name: string) => string | null | undefined

/**
 * Rewrites the mentions of names that are about to be free, before another account has them: they lead to the present
 * name of the person, or nowhere. All texts are read, because no index knows the names in them; that is once for all
 * names that are free at the time, and `count` of them may be none.
 */
export async function leadMentions(step: RetentionStep, count: number, ownerOf: OwnerOf): Promise<void> {
  if (count === 0) return
  for (const table of [posts, messages] as const)
    for (let last: number | undefined = 0; last !== undefined; ) {
      step.signal.throwIfAborted()
      const after: number = last
      last = await step.transaction(tx => leadChunk(tx, table, { after, ownerOf }))
    }
}

/** Returns the last id of the chunk; undefined after the last chunk. */
async function leadChunk(
  tx: Writer,
  table: typeof posts | typeof messages,
  { after, ownerOf }: { after: number; ownerOf: OwnerOf },
): Promise<number | undefined> {
  const rows = await tx
    .select({ id: table.id, entities: table.entities })
    .from(table)
    .where(gt(table.id, after))
    .orderBy(asc(table.id))
    .limit(chunk)
  for (const { id, entities } of rows) {
    if (!mentionedNames(entities).some(name => ownerOf(name) !== undefined)) continue
    tx.invalidates(`post:${id}`)
    await tx
      .update(table)
      .set({ entities: led(entities, ownerOf) })
      .where(eq(table.id, id))
  }
  return rows.at(-1)?.id
}

function led(entities: Entity[], ownerOf: OwnerOf): Entity[] {
  return entities.flatMap(entity => {
    const owner = entity.kind === 'mention' ? ownerOf(foldName(entity.href.slice(2))) : undefined
    if (owner === undefined) return [entity]
    return owner === null ? [] : [{ ...entity, href: `/@${owner}` }]
  })
}
