/** What is done with each kind of row, in an order in which every row finds those that it needs. */
import type { Writer } from '../../database/database.ts'
import { writeFollows } from './follows.ts'
import type { RowOf } from './forms.ts'
import { writePosts } from './posts.ts'
import type { Kind } from './rows.ts'
import { type Entry, type Outcome, writeUsers } from './users.ts'
import { rowAs, type Validated } from './validate.ts'

type StepOf<K extends Kind> = {
  kind: K
  entriesIn(validated: Validated): Entry<RowOf[K]>[]
  write(tx: Writer, entries: Entry<RowOf[K]>[], now: Date): Promise<Outcome>
}
/** A step is only given the entries that it found itself, which its type cannot say: no other can be made. */
export type Step = Omit<StepOf<Kind>, 'entriesIn' | 'write'> & {
  entriesIn(validated: Validated): Entry<never>[]
  write(tx: Writer, entries: Entry<never>[], now: Date): Promise<Outcome>
}

const users: StepOf<'users'> = {
  kind: 'users',
  entriesIn: validated =>
    validated.kind === 'users' ? [{ place: validated.place, row: rowAs('users', validated) }] : [],
  write: writeUsers,
}
const posts: StepOf<'posts'> = { kind: 'posts', entriesIn: postsIn, write: writePosts }
const follows: StepOf<'follows'> = {
  kind: 'follows',
  entriesIn: validated =>
    validated.kind === 'follows' ? [{ place: validated.place, row: rowAs('follows', validated) }] : [],
  write: writeFollows,
}
export const steps = [users, posts, follows] as unknown as Step[]

/** Posts that stand by themselves, and those that their author holds. */
function postsIn(validated: Validated): Entry<RowOf['posts']>[] {
  if (validated.kind === 'posts') return [{ place: validated.place, row: rowAs('posts', validated) }]
  if (validated.kind !== 'users') return []
  const { username, posts = [] } = rowAs('users', validated)
  return posts.map((post, index) => ({
    place: `${validated.place} posts[${index}]`,
    row: { ...post, username },
  }))
}
