/** The pages of an export, for people: they need nothing but themselves, no server, no script, no other file. */
import path from 'node:path'
import { Eta } from 'eta'
import { type Config, root } from '../config.ts'
import type { Reader } from '../database/database.ts'
import { formatsFor } from '../locales/formats.ts'
import { type Language, translate } from '../locales/translate.ts'
import { type Entity, type Part, partsOf } from '../text/entities.ts'
import type { Profile } from './content-queries.ts'

/** Whose export it is, and for whom its pages are worded. */
export type Export = {
  db: Reader
  config: Pick<Config, 'publicUrl' | 'siteName'>
  userId: number
  profile: Profile
  language: Language
  now: Date
  /** Called for every row that is written. */
  onRow(): Promise<void>
}

export const sections = ['posts', 'followers', 'following', 'messages'] as const
export type Section = (typeof sections)[number]

const eta = new Eta({ views: path.join(root, 'views/exports/archive'), cache: true })

/** Where an export is opened first. */
export function indexPage(one: Export): string {
  return eta.render('./index', sharedLocals(one))
}

type Page = { rows: unknown[]; number: number; isLast: boolean }

/** A page of the posts, people or messages, with the way to those beside it. */
export function sectionPage(one: Export, section: Section, { rows, number, isLast }: Page): string {
  const file = (number: number) => `${section}-${number}.html`
  const ways = { before: number > 1 && file(number - 1), after: !isLast && file(number + 1) }
  return eta.render(`./${section}`, { ...sharedLocals(one), section, rows, ways })
}

function sharedLocals({ config, profile, language, now }: Export) {
  const { siteName: name, publicUrl: url } = config
  const { when, number } = formatsFor(language)
  return {
    site: { name, url },
    profile,
    language,
    now,
    sections,
    t: translate(language),
    when,
    number,
    parts: (words: { body: string; entities: Entity[] }) => partsOf(words).map(part => outward(part, url)),
  }
}

/** A link out of the file leads to the site, or to where its writer said if that is a page of the web. */
function outward(part: Part, site: string): Part {
  const href = part.href?.startsWith('/') ? site + part.href : part.href
  return { ...part, href: href && /^https?:\/\//i.test(href) ? href : null }
}
