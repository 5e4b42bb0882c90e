/**
 * What a viewer may do with a post or a person. Pages and the API ask here, and views show what `can` of a post or a
 * person allows. A query that writes still checks what may have changed meanwhile.
 */
import type { AnyViewer } from './viewer.ts'

type Post = { author: { id: number } }
/** `apart`: one of the two has blocked the other, where that is known already. */
type Person = { id: number; apart?: boolean }

const isAuthor = (viewer: AnyViewer, post: Post) => viewer?.id === post.author.id
const isOther = (viewer: AnyViewer, person: Person) => viewer !== null && viewer.id !== person.id

const postRules = {
  edit: isAuthor,
  delete: isAuthor,
  /** A translation is for readers. */
  translate: (viewer: AnyViewer, post: Post) => !isAuthor(viewer, post),
}
const personRules = {
  block: isOther,
  follow: (viewer: AnyViewer, person: Person) => isOther(viewer, person) && !person.apart,
  message: (viewer: AnyViewer, person: Person) => isOther(viewer, person) && !person.apart,
}
const rules = { ...postRules, ...personRules }

export type PostAction = keyof typeof postRules
export type PersonAction = keyof typeof personRules
type Thing<A extends PostAction | PersonAction> = Parameters<(typeof rules)[A]>[1]

/** Whether the viewer, or a visitor, may do that with the post or the person. */
export function can<A extends PostAction | PersonAction>(
  viewer: AnyViewer,
  action: A,
  thing: Thing<A>,
): boolean {
  const rule = rules[action] as (viewer: AnyViewer, thing: Thing<A>) => boolean
  return rule(viewer, thing)
}

/** All that the viewer may do with a post, for its `can`. */
export function postPermissions(viewer: AnyViewer, post: Post): Record<PostAction, boolean> {
  return {
    edit: can(viewer, 'edit', post),
    delete: can(viewer, 'delete', post),
    translate: can(viewer, 'translate', post),
  }
}

/** All that the viewer may do with a person, for their `can`. */
export function personPermissions(viewer: AnyViewer, person: Person): Record<PersonAction, boolean> {
  return {
    block: can(viewer, 'block', person),
    follow: can(viewer, 'follow', person),
    message: can(viewer, 'message', person),
  }
}
