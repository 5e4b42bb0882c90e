import { prepared, type Reader, type Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { apiTokens, users } from '../database/schema.ts'
import { and, count, desc, eq, gt, isNull, lt, or, sql } from '../database/sql.ts'
import { type Viewer, viewerColumns } from '../people/viewer.ts'

export type Scope = 'read' | 'write'
/** A request's token and its owner. */
export type Authenticated = { viewer: Viewer; token: Pick<Token, 'id' | 'scope' | 'lastUsedAt'> }
export type Token = {
  id: number
  name: string
  scope: string
  createdAt: Date
  lastUsedAt: Date | null
  expiresAt: Date | null
}

/** The most tokens of a person, because their page shows all of them. */
export const maxTokens = 100

const viewerOfToken = prepared<{ tokenHash: string; now: Date }, Authenticated[]>('viewer_of_token', db =>
  db
    .select({
      viewer: viewerColumns,
      token: { id: apiTokens.id, scope: apiTokens.scope, lastUsedAt: apiTokens.lastUsedAt },
    })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(
      and(
        eq(apiTokens.tokenHash, sql.placeholder('tokenHash')),
        isNull(users.closedAt),
        or(
          isNull(apiTokens.expiresAt),
          gt(apiTokens.expiresAt, sql.param(sql.placeholder('now'), apiTokens.expiresAt)),
        ),
      ),
    ),
)

/** The token with this hash and its owner, unless it has expired. */
export async function findToken(
  db: Reader,
  tokenHash: string,
  now: Date,
): Promise<Authenticated | undefined> {
  return (await viewerOfToken(db, { tokenHash, now }))[0]
}

export type NewToken = {
  userId: number
  tokenHash: string
  name: string
  scope: Scope
  expiresAt: Date | null
}

/** Deletes the owner's expired tokens and adds a new one; null if they have the maximum. */
export async function createToken(tx: Writer, token: NewToken, now: Date): Promise<Token | null> {
  // So that simultaneous requests do not count past each other.
  await lock(tx, `tokens:${token.userId}`)
  const own = eq(apiTokens.userId, token.userId)
  await tx.delete(apiTokens).where(and(own, lt(apiTokens.expiresAt, now)))
  const [present] = await tx.select({ count: count() }).from(apiTokens).where(own)
  if (Number(present?.count) >= maxTokens) return null
  const [created] = await tx
    .insert(apiTokens)
    .values({ ...token, createdAt: now })
    .returning(columns)
  return created as Token
}

const columns = {
  id: apiTokens.id,
  name: apiTokens.name,
  scope: apiTokens.scope,
  createdAt: apiTokens.createdAt,
  lastUsedAt: apiTokens.lastUsedAt,
  expiresAt: apiTokens.expiresAt,
}

/** A person's tokens, newest first, including expired ones. */
export async function listTokens(db: Reader, userId: number): Promise<Token[]> {
  return db
    .select(columns)
    .from(apiTokens)
    .where(eq(apiTokens.userId, userId))
    .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id))
    .limit(maxTokens)
}

export async function revokeToken(tx: Writer, { id, userId }: { id: number; userId: number }): Promise<void> {
  await tx.delete(apiTokens).where(and(eq(apiTokens.id, id), eq(apiTokens.userId, userId)))
}

export async function countTokens(db: Reader, userId: number): Promise<number> {
  return db.$count(apiTokens, eq(apiTokens.userId, userId))
}

/** Revokes all tokens of a person whose password was changed, because an intruder may have created them. */
export async function revokeTokensOf(tx: Writer, userId: number): Promise<void> {
  await tx.delete(apiTokens).where(eq(apiTokens.userId, userId))
}

export async function touchToken(tx: Writer, id: number, now: Date): Promise<void> {
  await tx.update(apiTokens).set({ lastUsedAt: now }).where(eq(apiTokens.id, id))
}
