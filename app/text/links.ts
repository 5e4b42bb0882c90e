/** Finds links in a text, and what looks like an address but is no link. */
import { spacedCharacters, unspaced, wordCharacters } from './characters.ts'

export type Address = { start: number; end: number; href: string | null }

/** Ends an address: space, quotation marks, brackets and stops of East Asian text, and invisible characters. */
const ends = String.raw`\s\p{Cc}\p{Default_Ignorable_Code_Point}<>"“”„«»「」『』【】《》〈〉（）［］｛｝｜、。，！？；：`
/** Joiners and variation selectors are parts of words and emoji. */
const run = String.raw`[[^${ends}]\u200c\u200d\ufe00-\ufe0f]*`
const label = String.raw`[\p{L}\p{N}\p{M}\p{So}_\-]+`

/** At each place the first of these: an address with a scheme or www., an email address, a bare domain. */
const address = new RegExp(
  [
    String.raw`(?<![A-Za-z0-9])(?<scheme>(?:[A-Za-z][A-Za-z0-9]*:)?\/\/)(?<rest>${run})`,
    String.raw`(?<email>(?<!${emailCharacters()})${emailCharacters()}+@${label}(?:\.${label})+)`,
    String.raw`(?<![${spacedCharacters}@＠#＃$.:\/\\=&~%+\-])(?:(?<www>[Ww]{3}\.${run})|` +
      String.raw`(?<domain>[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)+)(?<port>:\d{1,5})?` +
      String.raw`(?![${spacedCharacters}@＠\\=+&$~\(\[\{\-]|:\S)(?<path>[\/?#]${run})?)`,
  ].join('|'),
  'gv',
)

function emailCharacters(): string {
  return String.raw`[${spacedCharacters}.%+'\-]`
}

/**
 * Addresses in order, without overlaps. Those without `href` lead nowhere (email addresses, other schemes, an address
 * with a password, readme.md/…), and nothing else is found in them.
 */
export function findAddresses(text: string): Address[] {
  const found: Address[] = []
  address.lastIndex = 0
  for (let match = address.exec(text); match; match = address.exec(text)) {
    const one = addressOf(match)
    found.push(one)
    address.lastIndex = Math.max(one.end, match.index + 1)
  }
  return found
}

function addressOf({ 0: whole, index: start, groups = {} }: RegExpExecArray): Address {
  const { scheme = '', rest, www, domain, port = '', path = '' } = groups
  const isWeb = /^https?:\/\/$/i.test(scheme)
  let url: string | null = null
  if (rest !== undefined && isWeb) url = scheme + hostAndPath(rest)
  else if (www !== undefined) url = hostAndPath(www)
  else if (domain !== undefined && isKnownDomain(domain)) url = domain + port + pathIn(path)
  const href = url && (isWeb ? url : `https://${url}`)
  const isLink = href !== null && href !== scheme && isValid(href, www !== undefined)
  return { start, end: start + (isLink ? (url as string).length : whole.length), href: isLink ? href : null }
}

/** The last label is of ASCII letters alone or of others alone, so that what follows a domain in Japanese is left out. */
const host = new RegExp(
  String.raw`^(?:\[[\dA-Fa-f:.]+\]|(?:${label}\.)+(?:[Xx][Nn]--[A-Za-z0-9\-]+|[A-Za-z0-9]+|[\p{L}\p{N}\p{M}]+)|` +
    String.raw`[A-Za-z0-9][A-Za-z0-9\-]*(?![^\/?#:\p{P}]|[\p{P}--[\/?#:]]+${wordCharacters}))(?::\d{1,5})?`,
  'v',
)
/** What cannot follow a host. */
const afterHost = new RegExp(String.raw`^\.*[${spacedCharacters}\-@]`, 'v')

/** The beginning of a run of characters that is an address, or nothing. */
function hostAndPath(rest: string): string {
  const [found = ''] = host.exec(rest) ?? []
  const after = rest.slice(found.length)
  if (found === '' || rest.slice(0, rest.search(/[/?#]|$/)).includes('@') || afterHost.test(after)) return ''
  return found + (/^[/?#]/.test(after) ? pathIn(after) : '')
}

function isValid(href: string, isWww: boolean): boolean {
  const labels = (/^https?:\/\/([^/?#:]*)/i.exec(href)?.[1] ?? '').split('.')
  if (labels.some(name => /^[-_]|[-_]$/.test(name)) || (isWww && labels.length < 3)) return false
  if (labels.slice(-2).some(name => name.includes('_'))) return false
  const hostname = URL.parse(href)?.hostname
  return hostname !== undefined && hostname.split('.').every(({ length }) => length <= 63)
}

/** East Asian text right after Latin letters is the sentence that goes on, as in example.org/a.html을; after / it is a path. */
const sentence = new RegExp(String.raw`(?<=[A-Za-z0-9])${unspaced}`, 'v')
/** Punctuation at the end belongs to the sentence, except where addresses end with it. */
const trailing = /[[\p{P}\u200c-\u200d`\|]--[#%\x26_\/\)\]\}]]/v
/** Identifiers, such as those of playlists, may end with a hyphen. No part of one contains the sign that begins it. */
const identifier = /[?&][^=&?]*=[\w-]{10,}-(?![\w-])/g

/** The path at the beginning of a run of characters. */
function pathIn(run: string): string {
  const [beginning = ''] = paired(run).split(sentence, 1)
  const path = paired(beginning)
  const [last] = [...path.matchAll(identifier)].slice(-1)
  const kept = last ? last.index + last[0].length : 0
  let end = path.length
  while (end > kept && trailing.test(path.charAt(end - 1))) end--
  return path.slice(0, end)
}

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/** What is before the first bracket that has no partner. */
function paired(path: string): string {
  const open: { closer: string; at: number }[] = []
  for (const { 0: sign, index: at } of path.matchAll(/[()[\]{}]/g)) {
    const closer = closers[sign]
    if (closer) open.push({ closer, at })
    else if (sign === open.at(-1)?.closer) open.pop()
    else return path.slice(0, open[0]?.at ?? at)
  }
  return path.slice(0, open[0]?.at)
}

/**
 * The ends of domains that link without http:// or www. A file (readme.md, script.sh) and a sentence without a space
 * (“fine.So”, “yes.no”) must never lead to a stranger's site, so there are no ends that are words or kinds of files.
 */
const knownEnds = new Set('com org net edu gov io dev wiki co tv ly fr jp uk nl mx ch youtu.be'.split(' '))
const secondLevel = /\.(?:com|co|org|net|gov|gob|edu|ac|or|ne)\.[a-z]{2}$/

function isKnownDomain(domain: string): boolean {
  const end = domain.slice(domain.lastIndexOf('.') + 1)
  return knownEnds.has(end) || knownEnds.has(domain) || secondLevel.test(domain)
}

const maxShown = 40

/** What is shown of a long address: its host and the beginning of its path. */
export function abbreviate(url: string): string {
  const characters = Array.from(url.replace(/^https?:\/\/(?:www\.)?/i, ''))
  if (url.length <= maxShown || characters.length <= maxShown) return url
  return `${characters.slice(0, maxShown - 1).join('')}…`
}
