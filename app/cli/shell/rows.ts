/** What a row is: Drizzle's rows are plain objects that do not know their table, so their fields must tell. */
import { cut, oneLine } from './text.ts'

export type Row = Record<string, unknown>

/** Never shown, whatever asks for them. */
export const secrets: ReadonlySet<string> = new Set(['passwordHash', 'tokenHash'])

type Kind = { has: string[]; brief(row: Row): string }

/** The first kind whose fields a row has. */
const kinds: Kind[] = [
  { has: ['body', 'author'], brief: row => postOf(row, text(Object(row['author'])['username'])) },
  { has: ['body', 'userId'], brief: row => postOf(row, `user ${text(row['userId'])}`) },
  { has: ['username', 'displayName'], brief: row => `<User ${text(row['username'])}>` },
  {
    has: ['label', 'userAgent', 'userId'],
    brief: row => `<Session ${numberOf(row)}of user ${text(row['userId'])}>`,
  },
  {
    has: ['followerId', 'followedId'],
    brief: row => `<Follow ${text(row['followerId'])} → ${text(row['followedId'])}>`,
  },
  { has: ['tag', 'postId'], brief: row => `<Hashtag ${text(row['tag'])} of post ${text(row['postId'])}>` },
  {
    has: ['postId', 'userId'],
    brief: row => `<Mention of user ${text(row['userId'])} in post ${text(row['postId'])}>`,
  },
]

/** A row in a few words, like `<User susan>` or `<Post 42 by susan: first words…>`; undefined for other objects. */
export function briefOf(row: Row): string | undefined {
  return kinds.find(({ has }) => has.every(field => field in row))?.brief(row)
}

function postOf(row: Row, author: string): string {
  return `<Post ${numberOf(row)}by ${author}: ${cut(text(row['body']), 40)}>`
}

function numberOf({ id }: Row): string {
  return id === undefined ? '' : `${text(id)} `
}

function text(value: unknown): string {
  return oneLine(String(value))
}

/** True for objects like those that a query answers with, unlike dates, tables and queries. */
export function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
