import type { AnyColumn } from '../database/sql.ts'
import type { Reader } from '../database/database.ts'
import { blocks } from '../database/schema.ts'
import { and, eq, or, type SQL, sql } from '../database/sql.ts'

/**
 * For a query whose placeholder `viewer` is the reader's id (0 for a visitor): the person of this column and
 * the reader have not blocked each other.
 */
export function isVisible(person: AnyColumn): SQL {
  const viewer = sql.placeholder('viewer')
  const { blockerId, blockedId } = blocks
  return sql`${person} not in (
    select ${blockedId} from ${blocks} where ${blockerId} = ${viewer}
    union all select ${blockerId} from ${blocks} where ${blockedId} = ${viewer})`
}

/** Whether one of the two has blocked the other. */
export async function areApart(db: Reader, a: number, b: number): Promise<boolean> {
  const either = or(
    and(eq(blocks.blockerId, a), eq(blocks.blockedId, b)),
    and(eq(blocks.blockerId, b), eq(blocks.blockedId, a)),
  )
  const found = await db.select({ id: blocks.blockerId }).from(blocks).where(either).limit(1)
  return found.length > 0
}
