import { firstWeek } from './conversations/first-week.ts'
import { secondWeek } from './conversations/second-week.ts'
import { thirdWeek } from './conversations/third-week.ts'
import { today } from './conversations/today.ts'
import type { Username } from './people.ts'

/** One post: who, what, in which language (English unless it says so), and whether it was corrected later. */
export type Line = readonly [author: Username, body: string, language?: string, edited?: 'edited']

/** When a thread starts: an hour (UTC) of a day before today, or minutes before now. */
export type Start = { daysAgo: number; hour: number } | { minutesAgo: number }

/** Posts that follow each other; the minutes between them are made up when the community is. */
export type Thread = Start & { posts: readonly Line[] }

/** Three weeks in Pellhaven, oldest week first. */
export const conversations: readonly Thread[] = [...firstWeek, ...secondWeek, ...thirdWeek, ...today]
