/** The zones in which times are shown: names of the IANA database, as this site's ICU writes them. */
import { memoize } from '../text/memoize.ts'

export const utc = 'UTC'

const names = new Set([utc, ...Intl.supportedValuesOf('timeZone')])

/** All zones, for a choice. */
export const timeZones = [...names]

/** `Asia/Kolkata` and `Asia/Calcutta` are one zone of two names, of which browsers send either. Null: no such zone. */
export function toTimeZone(name: string | null | undefined): string | null {
  return name && name.length <= 64 ? canonical(name) : null
}

const canonical = memoize(
  (name: string) => {
    try {
      const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
      return names.has(timeZone) || /^Etc\/GMT[+-]\d{1,2}$/.test(timeZone) ? timeZone : null
    } catch {
      return null
    }
  },
  String,
  1_000,
)

/** The number of a timestamp's day in a zone, counted from 1970-01-01: the difference of two is the midnights between. */
export function dayNumberIn(timeZone: string): (date: Date) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  return date => {
    const [month = 1, day = 1, year = 1970] = format.format(date).split('/').map(Number)
    return Date.UTC(year, month - 1, day) / 86_400_000
  }
}
