/** Renders mails: `view.eta` as escaped HTML and `view-text.eta` as text. */
import path from 'node:path'
import { Eta } from 'eta'
import { type Config, root } from '../config.ts'
import { formatsFor } from '../locales/formats.ts'
import { type Arguments, type Language, translate } from '../locales/translate.ts'
import type { MailDefinition, MailLocals } from './mail.ts'

export type RenderedMail = { subject: string; text: string; html: string }

const views = path.join(root, 'views')
const pages = new Eta({ views, cache: true })
const texts = new Eta({ views, cache: true, autoEscape: false, autoTrim: false })
for (const eta of [pages, texts])
  eta.resolvePath = name => path.join(views, path.extname(name) ? name : `${name}.eta`)

export function renderMail(
  { subject, view }: Pick<MailDefinition, 'subject' | 'view'>,
  { locals, timeZone }: { locals: MailLocals; timeZone?: string | null },
  { config, language }: { config: Config; language: Language },
): RenderedMail {
  const t = translate(language)
  const site = { name: config.siteName, url: config.publicUrl }
  const values = Object.entries(locals).filter(([, value]) => ['string', 'number'].includes(typeof value))
  const title = t(subject, { ...(Object.fromEntries(values) as Arguments), site: site.name })
  const { when, number } = formatsFor(language, timeZone)
  const all = { ...locals, site, language, t, when, number, subject: title }
  // The templates' tags leave blank lines; the trailing space of `-- ` stays, because it starts a signature.
  const text = texts
    .render(`${view}-text`, all)
    .replaceAll(/(?<!^--)[^\S\n]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
  return {
    // A header is one line, whatever characters a person's name contains.
    subject: title.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(),
    text: `${text}\n`,
    html: pages.render(view, all),
  }
}
