const moment =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

/** ISO 8601: a day, or a day and a time. `Date` itself would take the 30th of February for the 2nd of March. */
export function isTimestamp(text: string): boolean {
  const [, year, month, day] = (moment.exec(text) ?? []).map(Number) as [number, number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  return (
    date.getUTCDate() === day &&
    date.getUTCMonth() === month - 1 &&
    !Number.isNaN(parseTimestamp(text).getTime())
  )
}

/** Without a time zone, it is UTC. Finer than milliseconds is cut. */
export function parseTimestamp(text: string): Date {
  const iso = text.replace(' ', 'T').replace(',', '.')
  const isZoned = !iso.includes('T') || /(Z|[+-]\d\d:?\d\d)$/.test(iso)
  return new Date(isZoned ? iso.replace(/([+-]\d\d)(\d\d)$/, '$1:$2') : `${iso}Z`)
}
