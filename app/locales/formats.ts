/** Dates, times and numbers in each language; times as they are in the reader's zone. */
import { memoize } from '../text/memoize.ts'
import { dayNumberIn, utc } from './time-zones.ts'
import { forEachLanguage, type Language } from './translate.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export type Formats = {
  when: DateFormats
  number(value: number): string
  /** 12,400 as 12K. */
  compact(value: number): string
  /** A sentence in three: what stands before its number, the number, and what stands after it. */
  aroundNumber(sentence: string, value: number): [string, string, string]
  /** "@a, @b or @c". */
  list(items: string[]): string
}

export type DateFormats = {
  /** "now", "4 min ago", "yesterday"; after a week the day itself. */
  relative(date: Date): string
  /** "today", "yesterday"; after a week the day itself. */
  relativeDay(date: Date): string
  /** In UTC, which is what readers get whose zone is not known, the zone is said. */
  full(date: Date): string
  day(date: Date): string
  /** The heading of a list by day: "Today", "Yesterday", then the day itself. */
  heading(date: Date): string
  time(date: Date): string
  iso(date: Date): string
  /** The day as `2026-11-20`. */
  isoDay(date: Date): string
}

type Reader = { language: Language; timeZone: string }

/** The formats of a language; times in UTC, unless a zone is given (time-zones.ts). */
export function formatsFor(language: Language, timeZone: string | null = utc): Formats {
  return { when: dateFormats({ language, timeZone: timeZone ?? utc }), ...numberFormats[language] }
}

const numberFormats = forEachLanguage(language => {
  const number = new Intl.NumberFormat(language)
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  const list = new Intl.ListFormat(language, { type: 'disjunction' })
  return {
    list: (items: string[]) => list.format(items),
    number: (value: number) => number.format(value),
    compact: memoize((value: number) => compact.format(value), Number, 1_000),
    aroundNumber: (sentence: string, value: number): [string, string, string] => {
      const text = number.format(value)
      const at = sentence.indexOf(text)
      if (at < 0) return [sentence, '', '']
      return [sentence.slice(0, at), text, sentence.slice(at + text.length)]
    },
  }
})

/** A site's readers live in some dozens of zones; a cookie may name any of 400. */
const maxZones = 60
/** Timestamps of each format that are kept: formatting those of a timeline was a fifth of its rendering time. */
const maxTimes = 500

const dateFormats = memoize(
  (reader: Reader): DateFormats => ({
    ...relativeFormats(reader),
    ...timestampFormats(reader),
    ...dayFormats(reader),
  }),
  ({ language, timeZone }) => `${language} ${timeZone}`,
  maxZones,
)

function ofMinute<Result>(format: (date: Date) => Result): (date: Date) => Result {
  return memoize(format, date => Math.floor(date.getTime() / minute), maxTimes)
}

function timestampFormats({ language, timeZone }: Reader): Pick<DateFormats, 'full' | 'time' | 'iso'> {
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone })
  const zone = zoneSuffix(timeZone)
  return {
    full: ofMinute(date => `${full.format(date)}${zone && ` ${zone}`}`),
    time: ofMinute(date => time.format(date)),
    iso: memoize(date => date.toISOString(), Number, maxTimes),
  }
}

function zoneSuffix(timeZone: string): string {
  return timeZone === utc ? utc : ''
}

function dayFormats({ language, timeZone }: Reader): Pick<DateFormats, 'day' | 'heading' | 'isoDay'> {
  const longDate = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone })
  const { relativeDay } = relativeFormats({ language, timeZone })
  const { daysAgo, dateOf } = calendarIn(timeZone)
  const zone = zoneSuffix(timeZone)
  return {
    day: date => longDate.format(date),
    isoDay: date => dateOf(date).toISOString().slice(0, 10),
    heading: date => {
      const name = daysAgo(date) < 2 ? relativeDay(date) : longDate.format(date)
      return `${name.charAt(0).toLocaleUpperCase(language)}${name.slice(1)}${zone && ` · ${zone}`}`
    },
  }
}

function relativeFormats({ language, timeZone }: Reader): Pick<DateFormats, 'relative' | 'relativeDay'> {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' })
  const counted = (unit: Intl.RelativeTimeFormatUnit) =>
    memoize((count: number) => format.format(-count, unit), Number, 60)
  const [seconds, minutes, hours, days] = [
    counted('second'),
    counted('minute'),
    counted('hour'),
    counted('day'),
  ]
  const monthAndDay = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone })
  const withYear = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone })
  const { daysAgo, dateOf } = calendarIn(timeZone)
  const relativeDay = (date: Date) => {
    const count = Math.max(0, daysAgo(date))
    if (count < 7) return days(count)
    const isThisYear = dateOf(date).getUTCFullYear() === dateOf(new Date()).getUTCFullYear()
    return (isThisYear ? monthAndDay : withYear).format(date)
  }
  const relative = (date: Date) => {
    const age = Math.max(0, Date.now() - date.getTime())
    if (age < minute) return seconds(0)
    if (age < hour) return minutes(Math.floor(age / minute))
    return age < day ? hours(Math.floor(age / hour)) : relativeDay(date)
  }
  return { relative, relativeDay }
}

/** The days of a zone; every one in the years of this site begins at a full minute. */
function calendarIn(timeZone: string) {
  const dayNumber = ofMinute(dayNumberIn(timeZone))
  return {
    /** The midnights between the date and now. */
    daysAgo: (date: Date) => dayNumber(new Date()) - dayNumber(date),
    /** The date of the zone, as the UTC date of the same name. */
    dateOf: (date: Date) => new Date(dayNumber(date) * day),
  }
}
