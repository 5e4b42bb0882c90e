/** A person's own thread reads as one in a list, which is otherwise newest first. */
import type { Post } from '../posts/post.ts'

/**
 * `joined`: it stands under what it answers; `above`: a line leads on to the next, which answers it. `folded`: so many
 * posts of the thread are left out before it.
 */
export type Shown = { post: Post; joined: boolean; above: boolean; folded: number }

/** Of a longer thread the first post and the last ones are shown. */
const most = 3

/** The posts of a page, those of one author that answer each other in a row turned round: the first of them first. */
export function inThreads(posts: Post[]): Shown[] {
  const runs: Post[][] = []
  for (const post of posts) {
    const run = runs.at(-1)
    if (run?.[0] && continues(run[0], post)) run.unshift(post)
    else runs.push([post])
  }
  return runs.flatMap(shownOf)
}

/** Neither of the two is there because of a repost. */
function continues(later: Post, post: Post): boolean {
  const isReposted = later.repost !== null || post.repost !== null
  return later.parentId === post.id && later.author.id === post.author.id && !isReposted
}

function shownOf(run: Post[]): Shown[] {
  const folded = Math.max(run.length - most, 0)
  const kept = folded > 0 ? [...run.slice(0, 1), ...run.slice(1 - most)] : run
  return kept.map((post, index) => {
    const isAfterFold = folded > 0 && index === 1
    const isBeforeFold = folded > 0 && index === 0
    return {
      post,
      joined: index > 0 && !isAfterFold,
      above: index < kept.length - 1 && !isBeforeFold,
      folded: isAfterFold ? folded : 0,
    }
  })
}
