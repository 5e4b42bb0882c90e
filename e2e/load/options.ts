import { parseArgs } from 'node:util'
import type { Engine } from '../../app/config.ts'

export type Options = {
  engines: Engine[]
  users: number
  posts: number
  follows: number
  /** How long each scenario is driven. */
  seconds: number
  connections: number
  /** Processes of the server, each of which gets its share. */
  processes: number
  /** Parts of scenarios' names, with commas between; empty for all of them. */
  only: string
  keep?: string | undefined
  profile?: string | undefined
  json?: string | undefined
  compare?: string | undefined
  /** Whether the server caches finished pages. */
  cache: 'on' | 'off'
  /** Requests to make in the end, before its memory is read. */
  soak: number
}

const usage = `npm run bench -- [options]

Fills a database, starts the real server on it and drives its pages on 127.0.0.1.

  --engine NAME      sqlite, postgresql or both (default)
  --users N          people (2000; at least 200)
  --posts N          posts (200000)
  --follows N        follows, about (200000)
  --seconds N        how long each scenario is driven (5)
  --connections N    connections that ask at the same time (16)
  --processes N      processes of the server (1)
  --only WORDS       the scenarios whose name has these words, e.g. home,thread; mixed: readers beside writers
  --keep DIR         keep the filled SQLite file there, and use it the next time
  --profile DIR      write a CPU profile of the server there (open it in Chrome's developer tools)
  --cache off        let the server cache no pages
  --soak N           make so many requests more before the server's memory is read (0)
  --json FILE        add the figures to those in that file
  --compare FILE     show each figure beside the last in that file
  --help             this text
`

/** @throws Error in words for a person when an option cannot be used. */
export function readOptions(args: string[]): Options | null {
  const text = { type: 'string' } as const
  const counts = { users: text, posts: text, follows: text }
  const numbers = { ...counts, seconds: text, connections: text, processes: text, soak: text }
  const others = {
    engine: text,
    only: text,
    keep: text,
    profile: text,
    json: text,
    compare: text,
    cache: text,
  }
  const { values } = parseArgs({ args, options: { ...numbers, ...others, help: { type: 'boolean' } } })
  if (values.help) return printUsage()
  return {
    engines: enginesOf(values.engine),
    users: whole('users', values.users ?? '2000', 200),
    posts: whole('posts', values.posts ?? '200000', 1000),
    follows: whole('follows', values.follows ?? '200000', 0),
    seconds: whole('seconds', values.seconds ?? '5', 1),
    connections: whole('connections', values.connections ?? '16', 1),
    processes: whole('processes', values.processes ?? '1', 1),
    only: values.only?.toLowerCase() ?? '',
    keep: values.keep,
    profile: values.profile,
    json: values.json,
    compare: values.compare,
    cache: cacheOf(values.cache),
    soak: whole('soak', values.soak ?? '0', 0),
  }
}

function printUsage(): null {
  console.log(usage)
  return null
}

function enginesOf(name = 'both'): Engine[] {
  if (name === 'both') return ['sqlite', 'postgresql']
  if (name === 'sqlite' || name === 'postgresql') return [name]
  throw new Error(`--engine must be sqlite, postgresql or both, not "${name}"`)
}

function cacheOf(value = 'on'): 'on' | 'off' {
  if (value === 'on' || value === 'off') return value
  throw new Error(`--cache must be on or off, not "${value}"`)
}

function whole(name: string, value: string, least: number): number {
  if (/^\d{1,8}$/.test(value) && Number(value) >= least) return Number(value)
  throw new Error(`--${name} must be a whole number of at least ${least}, not "${value}"`)
}
