import type { Username } from '../people.ts'

/** One post: who, what, in which language (English unless it says so), and whether it was corrected later. */
export type Line = readonly [author: Username, body: string, language?: string, edited?: 'edited']

/** When a thread starts: an hour (UTC) of a day before today, or minutes before now. */
export type Start = { daysAgo: number; hour: number } | { minutesAgo: number }

/** Posts that follow each other; the minutes between them are random. */
export type Thread = Start & { posts: readonly Line[] }
