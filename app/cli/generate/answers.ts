import { createInterface } from 'node:readline/promises'
import { MigrationRefused } from '../../database/migrations/migrations.ts'
import type { Hint, Question } from './drizzle-kit.ts'

/** What was said beforehand, where nobody can type: `--rename posts.text=posts.body`, `--new posts.mood`. */
export type Answers = { renames: Map<string, string>; created: Set<string> }

/** Reads `old=new` pairs and names of new things. */
export function answersOf({
  rename = [],
  new: created = [],
}: {
  rename?: string[]
  new?: string[]
}): Answers {
  const pairs = rename.map(pair => {
    const [from, to, more] = pair.split('=')
    if (!from || !to || more !== undefined)
      throw new MigrationRefused(`--rename takes old=new, like posts.text=posts.body, not "${pair}"`)
    return [to, from] as const
  })
  return { renames: new Map(pairs), created: new Set(created) }
}

/**
 * Answers what drizzle-kit cannot know: whether something new is really an old thing under another name.
 * @throws MigrationRefused when nobody said, or when the change would lose rows
 */
export async function hintsFor(questions: Question[], answers: Answers): Promise<Hint[]> {
  const hints: Hint[] = []
  for (const question of questions) hints.push(await hintFor(question, answers))
  return hints
}

async function hintFor(
  { type, kind, entity, reason }: Question,
  { renames, created }: Answers,
): Promise<Hint> {
  const [schema = 'public', ...names] = entity
  const name = names.join('.')
  if (type === 'confirm_data_loss') throw new MigrationRefused(lossOf(name, reason))
  if (!renames.has(name) && !created.has(name) && isWorthAsking(kind))
    await remember(kind, name, { renames, created })
  const from = renames.get(name)
  if (from === undefined) return { type: 'create', kind, entity }
  return { type: 'rename', kind, from: [schema, ...from.split('.')], to: entity }
}

function lossOf(name: string, reason: string | undefined): string {
  if (reason === 'table_recreate')
    return `${name} cannot be NOT NULL without a default: the rows that are there would have no value for it`
  return `this would lose what is in ${name}: write it by hand with --custom if you mean it`
}

/** Tables and columns hold rows; an index or a check under another name is simply made again. */
function isWorthAsking(kind: string): boolean {
  return kind === 'table' || kind === 'column'
}

/** Asks once; the other engine gets the same answer. */
async function remember(kind: string, name: string, { renames, created }: Answers): Promise<void> {
  const before = await ask(kind, name)
  if (before === '') created.add(name)
  else renames.set(name, before)
}

async function ask(kind: string, name: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new MigrationRefused(
      `is the ${kind} ${name} new, or an old one renamed? Use --new ${name} or --rename OLD=${name}`,
    )
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await terminal.question(`What was the ${kind} ${name} called before? (Enter: it is new) `)).trim()
  } finally {
    terminal.close()
  }
}
