import { firstWeek } from './conversations/first-week.ts'
import { secondWeek } from './conversations/second-week.ts'
import { thirdWeek } from './conversations/third-week.ts'
import type { Thread } from './conversations/thread.ts'
import { today } from './conversations/today.ts'

/** Three weeks in Pellhaven, oldest week first. */
export const conversations: readonly Thread[] = [...firstWeek, ...secondWeek, ...thirdWeek, ...today]
