/** Moments and numbers as people of a language read them; all times are UTC. */
import { memoize } from '../text/memoize.ts'
import { forEachLanguage, type Language } from './translate.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export type Formats = {
  when: When
  number(value: number): string
  /** 12,400 as 12K. */
  compact(value: number): string
}

type When = {
  /** "now", "4 min ago", "yesterday"; after a week the day itself. */
  relative(moment: Date): string
  /** "today", "yesterday"; after a week the day itself. */
  relativeDay(moment: Date): string
  full(moment: Date): string
  day(moment: Date): string
  /** Above what is listed by its time of day: "Today · UTC", and the day itself before yesterday. */
  heading(moment: Date): string
  time(moment: Date): string
  iso(moment: Date): string
}

export function formatsFor(language: Language): Formats {
  return formats[language]
}

const formats = forEachLanguage(formatsOf)

function formatsOf(language: Language): Formats {
  const number = new Intl.NumberFormat(language)
  const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  return {
    when: { ...relativeIn(language), ...momentsIn(language), ...daysIn(language) },
    number: value => number.format(value),
    compact: value => compact.format(value),
  }
}

/** A timeline names 25 moments, page after page: formatting each was a fifth of its rendering. */
function momentsIn(language: Language): Pick<When, 'full' | 'time' | 'iso'> {
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone: 'UTC' })
  const minuteOf = (moment: Date) => Math.floor(moment.getTime() / minute)
  return {
    full: memoize(moment => `${full.format(moment)} UTC`, minuteOf),
    time: memoize(
      moment => time.format(moment),
      moment => minuteOf(moment) % (24 * 60),
    ),
    iso: memoize(moment => moment.toISOString(), Number),
  }
}

function daysIn(language: Language): Pick<When, 'day' | 'heading'> {
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
  const { relativeDay } = relativeIn(language)
  return {
    day: moment => date.format(moment),
    heading: moment => {
      const day = daysBetween(moment) < 2 ? relativeDay(moment) : date.format(moment)
      return `${day.charAt(0).toLocaleUpperCase(language)}${day.slice(1)} · UTC`
    },
  }
}

function relativeIn(language: Language): Pick<When, 'relative' | 'relativeDay'> {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' })
  const ago = {
    second: memoize((count: number) => format.format(count, 'second'), Number),
    minute: memoize((count: number) => format.format(count, 'minute'), Number),
    hour: memoize((count: number) => format.format(count, 'hour'), Number),
    day: memoize((count: number) => format.format(count, 'day'), Number),
  }
  const monthAndDay = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' })
  const withYear = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' })
  const relativeDay = (moment: Date) => {
    const days = Math.max(0, daysBetween(moment))
    if (days < 7) return ago.day(-days)
    const thisYear = moment.getUTCFullYear() === new Date().getUTCFullYear()
    return (thisYear ? monthAndDay : withYear).format(moment)
  }
  const relative = (moment: Date) => {
    const age = Math.max(0, Date.now() - moment.getTime())
    if (age < minute) return ago.second(0)
    if (age < hour) return ago.minute(-Math.floor(age / minute))
    return age < day ? ago.hour(-Math.floor(age / hour)) : relativeDay(moment)
  }
  return { relative, relativeDay }
}

/** Midnights between then and now, so that "yesterday" is yesterday. */
function daysBetween(moment: Date): number {
  return Math.floor(Date.now() / day) - Math.floor(moment.getTime() / day)
}
