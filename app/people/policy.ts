/**
 * What a viewer may do with a post or a person. Pages and the API ask here, and views show what `can` of a post or a
 * person allows. A query that writes still checks what may have changed meanwhile.
 */
import type { AnyViewer } from './viewer.ts'

/** `replyBar`, `threadBar` and `quoteBar`: whose audience keeps the viewer from it (posts/audiences.ts). */
type Post = {
  author: { id: number }
  replyBar: string | null
  threadBar: string | null
  quoteBar: string | null
  quotedId: number | null
  quoted: { author: { id: number } } | null
}
/** `apart`: one of the two has blocked the other, where that is known already. */
type Person = { id: number; apart?: boolean }

type Rule<Thing> = (viewer: AnyViewer, thing: Thing) => boolean

const isMember: Rule<Post> = viewer => viewer !== null
const isAuthor: Rule<Post> = (viewer, post) => viewer?.id === post.author.id
const isOther: Rule<Person> = (viewer, person) => viewer !== null && viewer.id !== person.id

const postRules = {
  edit: isAuthor,
  delete: isAuthor,
  reply: (viewer, post) => viewer !== null && !post.replyBar && !post.threadBar,
  like: isMember,
  repost: isMember,
  bookmark: isMember,
  /** Its thread. */
  mute: isMember,
  pin: isAuthor,
  quote: (viewer, post) => viewer !== null && !post.quoteBar,
  /** Take out what it quotes. */
  unquote: (viewer, post) =>
    post.quotedId !== null &&
    (isAuthor(viewer, post) || (viewer !== null && viewer.id === post.quoted?.author.id)),
  /** A translation is for readers. */
  translate: (viewer, post) => !isAuthor(viewer, post),
} satisfies Record<string, Rule<Post>>
const personRules = {
  block: isOther,
  follow: (viewer, person) => isOther(viewer, person) && !person.apart,
  message: (viewer, person) => isOther(viewer, person) && !person.apart,
} satisfies Record<string, Rule<Person>>

export type PostAction = keyof typeof postRules
export type PersonAction = keyof typeof personRules
type Thing<Action> = Action extends PostAction ? Post : Person

/** Whether the viewer, or a visitor, may do that with the post or the person. */
export function can<Action extends PostAction | PersonAction>(
  viewer: AnyViewer,
  action: Action,
  thing: Thing<Action>,
): boolean {
  const rules: Record<string, Rule<never>> = { ...postRules, ...personRules }
  return (rules[action] as Rule<Thing<Action>>)(viewer, thing)
}

/** All that the viewer may do with a post, for its `can`. */
export function postPermissions(viewer: AnyViewer, post: Post): Record<PostAction, boolean> {
  return permissions(postRules, viewer, post)
}

/** All that the viewer may do with a person, for their `can`. */
export function personPermissions(viewer: AnyViewer, person: Person): Record<PersonAction, boolean> {
  return permissions(personRules, viewer, person)
}

function permissions<Action extends string, Thing>(
  rules: Record<Action, Rule<Thing>>,
  viewer: AnyViewer,
  thing: Thing,
): Record<Action, boolean> {
  const allowed = Object.entries<Rule<Thing>>(rules).map(([action, rule]) => [action, rule(viewer, thing)])
  return Object.fromEntries(allowed) as Record<Action, boolean>
}
