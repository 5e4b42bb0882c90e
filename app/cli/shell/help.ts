/** `.help`: a screen about everything, and more about a noun or a name. */
import { closest } from './did-you-mean.ts'
import type { Name, Names } from './names.ts'
import { truncate } from './text.ts'

const commandHelp = `Commands
  .help posts, .help createPost, .help all   query functions of a noun; one; all
  .sql on, .sql off, .sql select …           show statements; read with SQL
  .editor                                    type many lines; Ctrl+D runs them
  .exit, exit, quit, Ctrl+D                  leave
A line that begins with a dot continues the one before. _ is the last value.`

/** What `.help` prints, with the word after it, on lines of at most `width` cells. */
export function helpOn(topic: string, names: Names, width: number): string {
  if (topic === '') return overview(names, width)
  const all = Object.values(names).flat()
  const one = all.find(({ name }) => name === topic)
  if (one && (names.queries.includes(one) || one.noun === 'database'))
    return `${one.name}${one.parameters}\n${wrapped(one.docs, width)}`
  const ofNoun =
    topic === 'all' || topic === 'queries' ? names.queries : all.filter(({ noun }) => noun === topic)
  if (ofNoun.length > 0 && topic !== 'operators') return listed(ofNoun, width)
  if (one && one.docs !== '') return `${one.name}\n${wrapped(one.docs, width)}`
  const known = all.flatMap(({ name, noun }) => [name, noun])
  const meant = closest(topic, [...new Set(known)])
  return `Nothing is called ${topic}${meant ? `: did you mean ${meant}?` : '; .help says what there is.'}`
}

function overview({ database, tables, queries, operators }: Names, width: number): string {
  const counts = Map.groupBy(queries, ({ noun }) => noun)
  const nouns = [...counts].map(([noun, { length }]) => `${noun} ${length}`)
  const joined = (names: Name[]) =>
    wrapped(
      names.map(({ name }) => name),
      width,
    )
  return [
    database.map(({ name, docs }) => `${name}  ${docs}`).join('\n'),
    `Tables\n${joined(tables)}`,
    `Query functions, by noun\n${wrapped(nouns, width)}`,
    `Operators\n${joined(operators)}`,
    commandHelp,
  ].join('\n')
}

/** The names, each with its parameters and its first sentence on one line. */
function listed(names: Name[], width: number): string {
  const nameWidth = Math.max(...names.map(({ name }) => name.length))
  return names
    .map(({ name, parameters, docs }) => {
      const sentence = /^.*?[.](?=\s|$)/.exec(docs)?.[0] ?? docs
      const description = [parameters, sentence].filter(Boolean).join('  ')
      return truncate(`  ${name.padEnd(nameWidth)}  ${description}`, width).trimEnd()
    })
    .join('\n')
}

/** The words, or the items of a list, in lines, each set in by two. */
function wrapped(text: string | string[], width: number): string {
  const words = Array.isArray(text) ? text.join(', \0').split(' \0') : text.split(' ')
  const lines = ['']
  for (const word of words) {
    const line = lines.at(-1) as string
    if (line.length + word.length + 3 > Math.min(width, 110)) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines.map(line => `  ${line}`).join('\n')
}
