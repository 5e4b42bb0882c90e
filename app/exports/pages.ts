/** The pages of an export, for people: they are read without a server, a script or any other file. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Eta } from 'eta'
import { type Config, root } from '../config.ts'
import { formatsFor } from '../locales/formats.ts'
import { type Language, translate } from '../locales/translate.ts'
import { avatarOf } from '../people/avatar.ts'
import { shownQuote } from '../posts/post.ts'
import { isolate } from '../text/bidi.ts'
import { type Entity, partsOf } from '../text/entities.ts'
import type { Profile } from './content-queries.ts'

export const sections = [
  'posts',
  'versions',
  'likes',
  'reposts',
  'bookmarks',
  'mutes',
  'followers',
  'following',
  'messages',
] as const
export type Section = (typeof sections)[number]

/** Whose export it is, and for whom its pages are worded. */
export type ExportInfo = {
  config: Pick<Config, 'publicUrl' | 'siteName'>
  profile: Profile
  language: Language
  now: Date
  /** The keys of the pictures that the export has: known once these are written. */
  pictures: Set<string>
}

/** Where a picture is in an export. */
export function pictureFile(key: string): string {
  return `pictures/${key}.webp`
}

const eta = new Eta({ views: path.join(root, 'views'), cache: true })

/** Written into every page, which is read without any other file; comments are for programmers. */
const stylesheet = ['public/css/theme.css', 'public/css/avatar.css', 'views/exports/archive/archive.css']
  .map(file => readFileSync(path.join(root, file), 'utf8'))
  .join('\n')
  .replaceAll(/\/\*.*?\*\//gs, '')

/** The page that an export opens with. */
export function indexPage(info: ExportInfo): string {
  return eta.render('/exports/archive/index', sharedLocals(info))
}

type Page = { rows: unknown[]; number: number; isLast: boolean }

/** A page of a section, with links to the pages before and after it. */
export function sectionPage(info: ExportInfo, section: Section, { rows, number, isLast }: Page): string {
  const file = (number: number) => `${section}-${number}.html`
  const pagination = { before: number > 1 && file(number - 1), after: !isLast && file(number + 1) }
  return eta.render(`/exports/archive/${section}`, { ...sharedLocals(info), section, rows, pagination })
}

function sharedLocals({ config, profile, language, now, pictures }: ExportInfo) {
  const { siteName: name, publicUrl: url } = config
  const { when, number } = formatsFor(language, profile.timeZone)
  return {
    site: { name, url },
    profile,
    language,
    now,
    sections,
    stylesheet,
    avatar: avatarOf,
    /** Null: there is none, or its file is not there. */
    picture: (key: string | null) => (key && pictures.has(key) ? pictureFile(key) : null),
    t: translate(language),
    isolate,
    shownQuote,
    when,
    number,
    /** A link leads to the site, or to another address of the web; any other kind of link is left out. */
    parts: (text: { body: string; entities: Entity[] }) =>
      partsOf(text).map(part => {
        const href = part.href?.startsWith('/') ? url + part.href : part.href
        return { ...part, href: href && /^https?:\/\//i.test(href) ? href : null }
      }),
  }
}
