/** The verdicts as a table for the terminal, which is also one in Markdown. */
import { categories, type Verdict } from './audit.ts'

const columns = ['page', 'device', ...categories, 'blocking', 'shift']

export const heading = [rowOf(columns), rowOf(columns.map(() => '---'))].join('\n')

export function lineOf({ page, device, scores, blocking, shift }: Verdict): string {
  const numbers = categories.map(category => String(scores[category]))
  return rowOf([page, device, ...numbers, `${blocking} ms`, shift.toFixed(3)])
}

/** What keeps a page from full scores, each page's under its name. */
export function wishesOf(verdicts: Verdict[]): string[] {
  return verdicts
    .filter(({ scores }) => Object.values(scores).some(score => score < 100))
    .flatMap(({ page, device, wishes }) => ['', `${page} (${device})`, ...wishes.map(wish => `  ${wish}`)])
}

function rowOf(cells: string[]): string {
  const [page = '', ...others] = cells
  const padded = others.map((cell, index) => cell.padEnd(columns[index + 1]?.length ?? 0))
  return `| ${[page.padEnd(15), ...padded].join(' | ')} |`
}
