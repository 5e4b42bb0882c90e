/** Which notifications a person is shown. */
import { notifications } from '../database/schema.ts'
import { type AnyColumn, and, inArray, isNull, or, type SQL } from '../database/sql.ts'
import { isOpenAccount, isUnblocked, type viewerId } from '../people/visibility.ts'
import { groupedKinds, kindNames } from './kinds.ts'

/**
 * Of a known kind, because a newer version of the site may have written others; and caused by the site itself or a
 * person whom the recipient sees. A group stays when the account of the person whom it names is closed.
 */
export function isShown(recipient: AnyColumn | typeof viewerId): SQL | undefined {
  const { kind, actorId } = notifications
  return and(
    inArray(kind, kindNames),
    or(
      isNull(actorId),
      inArray(kind, groupedKinds),
      and(isUnblocked(actorId, recipient), isOpenAccount(actorId)),
    ),
  )
}
