/** What is done with each kind of row, in an order in which every row finds those that it needs. */
import type { Writer } from '../../database/database.ts'
import { writeFollows } from './follows.ts'
import type { RowOf } from './forms.ts'
import { writePosts } from './posts.ts'
import type { Kind } from './rows.ts'
import { type Entry, type Outcome, writeUsers } from './users.ts'
import { type Judged, rowAs } from './validate.ts'

type StepOf<K extends Kind> = {
  kind: K
  entriesIn(judged: Judged): Entry<RowOf[K]>[]
  write(tx: Writer, entries: Entry<RowOf[K]>[], now: Date): Promise<Outcome>
}
/** A step is only given the entries that it found itself, which its type cannot say: no other can be made. */
export type Step = Omit<StepOf<Kind>, 'entriesIn' | 'write'> & {
  entriesIn(judged: Judged): Entry<never>[]
  write(tx: Writer, entries: Entry<never>[], now: Date): Promise<Outcome>
}

const users: StepOf<'users'> = {
  kind: 'users',
  entriesIn: judged =>
    judged.kind === 'users' ? [{ place: judged.place, row: rowAs('users', judged) }] : [],
  write: writeUsers,
}
const posts: StepOf<'posts'> = { kind: 'posts', entriesIn: postsIn, write: writePosts }
const follows: StepOf<'follows'> = {
  kind: 'follows',
  entriesIn: judged =>
    judged.kind === 'follows' ? [{ place: judged.place, row: rowAs('follows', judged) }] : [],
  write: writeFollows,
}
export const steps = [users, posts, follows] as unknown as Step[]

/** Posts that stand by themselves, and those that their author holds. */
function postsIn(judged: Judged): Entry<RowOf['posts']>[] {
  if (judged.kind === 'posts') return [{ place: judged.place, row: rowAs('posts', judged) }]
  if (judged.kind !== 'users') return []
  const { username, posts = [] } = rowAs('users', judged)
  return posts.map((post, index) => ({
    place: `${judged.place} posts[${index}]`,
    row: { ...post, username },
  }))
}
