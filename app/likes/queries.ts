import { likes } from '../database/schema.ts'
import { markedTimeline } from '../posts/marked.ts'
import { peopleOfPost } from '../posts/people-queries.ts'

/** A page of the people who like a post. */
export const listLikers = peopleOfPost('likers', likes)

/** The posts that the viewer likes, newest like first. */
export const likedTimeline = markedTimeline('liked', likes)
