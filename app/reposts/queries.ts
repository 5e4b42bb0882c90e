import { reposts } from '../database/schema.ts'
import { peopleOfPost } from '../posts/people-queries.ts'

/** A page of the people who have reposted a post. */
export const listReposters = peopleOfPost('reposters', reposts)
