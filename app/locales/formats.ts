/** Dates, times and numbers in each language; all times are UTC. */
import { memoize } from '../text/memoize.ts'
import { forEachLanguage, type Language } from './translate.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export type Formats = {
  when: DateFormats
  number(value: number): string
  /** 12,400 as 12K. */
  compact(value: number): string
}

type DateFormats = {
  /** "now", "4 min ago", "yesterday"; after a week the day itself. */
  relative(date: Date): string
  /** "today", "yesterday"; after a week the day itself. */
  relativeDay(date: Date): string
  full(date: Date): string
  day(date: Date): string
  /** The heading of a list by day: "Today · UTC", "Yesterday · UTC", then the day itself. */
  heading(date: Date): string
  time(date: Date): string
  iso(date: Date): string
}

export function formatsFor(language: Language): Formats {
  return formats[language]
}

const formats = forEachLanguage(createFormats)

function createFormats(language: Language): Formats {
  const number = new Intl.NumberFormat(language)
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  return {
    when: { ...relativeFormats(language), ...timestampFormats(language), ...dayFormats(language) },
    number: value => number.format(value),
    compact: value => compact.format(value),
  }
}

/** Memoized: formatting the 25 timestamps of a timeline was a fifth of its rendering time. */
function timestampFormats(language: Language): Pick<DateFormats, 'full' | 'time' | 'iso'> {
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone: 'UTC' })
  const minuteOf = (date: Date) => Math.floor(date.getTime() / minute)
  return {
    full: memoize(date => `${full.format(date)} UTC`, minuteOf),
    time: memoize(
      date => time.format(date),
      date => minuteOf(date) % (24 * 60),
    ),
    iso: memoize(date => date.toISOString(), Number),
  }
}

function dayFormats(language: Language): Pick<DateFormats, 'day' | 'heading'> {
  const longDate = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
  const { relativeDay } = relativeFormats(language)
  return {
    day: date => longDate.format(date),
    heading: date => {
      const day = daysBetween(date) < 2 ? relativeDay(date) : longDate.format(date)
      return `${day.charAt(0).toLocaleUpperCase(language)}${day.slice(1)} · UTC`
    },
  }
}

function relativeFormats(language: Language): Pick<DateFormats, 'relative' | 'relativeDay'> {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' })
  const ago = {
    second: memoize((count: number) => format.format(count, 'second'), Number),
    minute: memoize((count: number) => format.format(count, 'minute'), Number),
    hour: memoize((count: number) => format.format(count, 'hour'), Number),
    day: memoize((count: number) => format.format(count, 'day'), Number),
  }
  const monthAndDay = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' })
  const withYear = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' })
  const relativeDay = (date: Date) => {
    const days = Math.max(0, daysBetween(date))
    if (days < 7) return ago.day(-days)
    const thisYear = date.getUTCFullYear() === new Date().getUTCFullYear()
    return (thisYear ? monthAndDay : withYear).format(date)
  }
  const relative = (date: Date) => {
    const age = Math.max(0, Date.now() - date.getTime())
    if (age < minute) return ago.second(0)
    if (age < hour) return ago.minute(-Math.floor(age / minute))
    return age < day ? ago.hour(-Math.floor(age / hour)) : relativeDay(date)
  }
  return { relative, relativeDay }
}

/** The number of midnights (UTC) between the date and now. */
function daysBetween(date: Date): number {
  return Math.floor(Date.now() / day) - Math.floor(date.getTime() / day)
}
