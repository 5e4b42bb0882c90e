/** Parsers of variables: each returns the value, or throws an Error whose message completes "NAME …". */
import { isIP } from 'node:net'

/** The same parser for a parameter inside a value: its message names the parameter. */
export function inside<T>(name: string, read: (value: string) => T) {
  return (value: string): T => {
    try {
      return read(value)
    } catch (error) {
      throw new Error(`has the parameter ${name}, which ${(error as Error).message}`, { cause: error })
    }
  }
}

export function oneOf<const T extends string>(...choices: T[]) {
  return (value: string): T => {
    const found = choices.find(choice => choice.toLowerCase() === value.toLowerCase())
    if (!found) throw new Error(`must be one of ${choices.join(', ')}, not "${value}"`)
    return found
  }
}

export function integer(min: number, max: number) {
  return (value: string): number => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= min && number <= max) return number
    throw new Error(`must be a whole number from ${min} to ${max}, not "${value}"`)
  }
}

export function maxLength(max: number) {
  return (value: string): string => {
    if (value.length > max) throw new Error(`must be at most ${max} characters long`)
    return value
  }
}

export function origin(value: string): string {
  if (value === '') return ''
  const url = URL.canParse(value) ? new URL(value) : null
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search) return url.origin
  throw new Error(`must be an origin like https://social.example.org, not "${value}"`)
}

export function smtpUrl(value: string): string {
  const isValid =
    value === '' || (/^smtps?:\/\//.test(value) && URL.canParse(value) && new URL(value).hostname)
  if (isValid) return value
  throw new Error('must be like smtp://user:password@mail.example.org:587')
}

export function mailAddress(value: string): string {
  if (value === '' || /^[^\s@]+@[^\s@]+$/.test(value)) return value
  throw new Error(`must be an email address, not "${value}"`)
}

export function serviceUrl(value: string): string {
  if (value === '') return value
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return value.replace(/\/+$/, '')
  throw new Error(`must be a URL like https://translate.example.org, not "${value}"`)
}

export function contact(value: string): string | null {
  if (value === '') return null
  if (/^https?:\/\/\S+$/.test(value) || /^[^\s@:]+@[^\s@]+$/.test(value)) return value
  throw new Error(`must be an email address or a URL, not "${value}"`)
}

/** @see https://fastify.dev/docs/latest/Reference/Server/#trustproxy */
export function trustProxy(value: string): boolean | number | string[] {
  if (value === 'true' || value === 'false') return value === 'true'
  if (/^\d+$/.test(value)) return Number(value)
  const addresses = value.split(',').map(part => part.trim())
  const ranges = ['loopback', 'linklocal', 'uniquelocal']
  const valid = addresses.every(part => ranges.includes(part) || isNetwork(part))
  if (valid) return addresses
  throw new Error(
    `must be true, false, a number of proxies, or addresses like 127.0.0.1,10.0.0.0/8, not "${value}"`,
  )
}

/** An IP address, with or without a prefix length. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, more] = text.split('/')
  const bits = isIP(address) === 6 ? 128 : 32
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
  return isIP(address) !== 0 && isPrefix && more === undefined
}
