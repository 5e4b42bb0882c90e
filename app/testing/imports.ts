import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The files that a file of the project imports; those of which it needs only types count with `types`. */
export function importsOf(file: string, { types }: { types: boolean }): string[] {
  const code = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const specifiers = code.matchAll(
    /(?:\b(import|export) (type )?[^'"=()]*?\bfrom|\bimport\s*\(?)\s*'(\.[^']+)'/g,
  )
  // The rest are examples in strings.
  return [...specifiers]
    .filter(([, , type]) => types || !type)
    .map(([, , , specifier = '']) => path.join(path.dirname(file), specifier))
    .filter(imported => existsSync(imported))
}

const runtimeImports = new Map<string, string[]>()

/** Every file that a file needs when it runs, itself included. */
export function filesRunBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  const imports = runtimeImports.get(file) ?? importsOf(file, { types: false })
  runtimeImports.set(file, imports)
  for (const next of imports) filesRunBy(next, found)
  return found
}
