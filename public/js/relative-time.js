/** <relative-time>: keeps the "2 min ago" of its <time> true while the page is open. What is a week old stays as it is. */
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const { lang, dataset } = document.documentElement
const format = new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'narrow' })
const dayFormat = new Intl.DateTimeFormat('en', { timeZone: dataset['timeZone'] ?? 'UTC' })

class RelativeTime extends HTMLElement {
  connectedCallback() {
    shown.add(this)
  }

  disconnectedCallback() {
    shown.delete(this)
  }

  tick() {
    const time = this.querySelector('time')
    const words = time && wordsFor(new Date(time.dateTime))
    if (words && words !== time.textContent) time.textContent = words
  }
}

/** As in app/locales/formats.ts. @param {Date} date */
function wordsFor(date) {
  const age = Math.max(0, Date.now() - date.getTime())
  if (age < MINUTE) return format.format(0, 'second')
  if (age < HOUR) return format.format(-Math.floor(age / MINUTE), 'minute')
  if (age < DAY) return format.format(-Math.floor(age / HOUR), 'hour')
  const days = (dayOf(new Date()) - dayOf(date)) / DAY
  return days < 7 ? format.format(-days, 'day') : null
}

/** The day in the reader's zone, as the UTC midnight of the same name. @param {Date} date */
function dayOf(date) {
  return Date.parse(`${dayFormat.format(date)} UTC`)
}

/** @type {Set<RelativeTime>} */
const shown = new Set()
function tick() {
  if (!document.hidden) for (const element of shown) element.tick()
}
setInterval(tick, MINUTE / 4)
document.addEventListener('visibilitychange', tick)
addEventListener('pageshow', event => event.persisted && tick())
customElements.define('relative-time', RelativeTime)
