import { MigrationRefused } from '../../database/migrations/failures.ts'
import { ask, isAtTerminal } from '../ask.ts'
import type { Hint, MissingHint } from './drizzle-kit.ts'

/** What the command line says beforehand: `--rename posts.text=posts.body` (new name → old), `--new posts.mood`. */
export type HintOptions = { renames: Map<string, string>; created: Set<string> }

/** Parses the `old=new` pairs of --rename and the names of --new. */
export function parseHintOptions(options: { rename?: string[]; new?: string[] }): HintOptions {
  const pairs = (options.rename ?? []).map(pair => {
    const [from, to, more] = pair.split('=')
    if (!from || !to || more !== undefined)
      throw new MigrationRefused(`--rename takes old=new, like posts.text=posts.body, not "${pair}"`)
    return [to, from] as const
  })
  return { renames: new Map(pairs), created: new Set(options.new) }
}

/**
 * Decides what drizzle-kit cannot know: whether something new is an old thing under another name.
 * @throws MigrationRefused when neither the options nor a person decide it, or when the change would lose rows
 */
export async function resolveHints(missing: MissingHint[], options: HintOptions): Promise<Hint[]> {
  const hints: Hint[] = []
  for (const hint of missing) hints.push(await resolveHint(hint, options))
  return hints
}

async function resolveHint(
  { type, kind, entity, reason }: MissingHint,
  { renames, created }: HintOptions,
): Promise<Hint> {
  const [schema = 'public', ...names] = entity
  const name = names.join('.')
  if (type === 'confirm_data_loss')
    throw new MigrationRefused(
      reason === 'table_recreate'
        ? `${name} cannot be NOT NULL without a default: the rows that are there would have no value for it`
        : `this would lose what is in ${name}: write it by hand with --custom if you mean it`,
    )
  // Only tables and columns hold rows; an index or a check under another name is simply created again.
  if ((kind === 'table' || kind === 'column') && !renames.has(name) && !created.has(name)) {
    const former = await askFormerName(kind, name)
    // The other engine's migration needs the same decision, without asking again.
    if (former === '') created.add(name)
    else renames.set(name, former)
  }
  const from = renames.get(name)
  if (from === undefined) return { type: 'create', kind, entity }
  return { type: 'rename', kind, from: [schema, ...from.split('.')], to: entity }
}

async function askFormerName(kind: string, name: string): Promise<string> {
  if (!isAtTerminal())
    throw new MigrationRefused(
      `is the ${kind} ${name} new, or an old one renamed? Use --new ${name} or --rename OLD=${name}`,
    )
  return (await ask(`What was the ${kind} ${name} called before? (Enter: it is new) `)).trim()
}
