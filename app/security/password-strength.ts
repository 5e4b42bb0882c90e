/**
 * Judges new passwords in the spirit of NIST SP 800-63B: no rules about which characters, but nothing that is guessed
 * first. The estimator knows 49,000 leaked passwords, keyboard rows, sequences, repetitions, dates and 1337 spelling.
 */
import { createRequire } from 'node:module'
import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { foldName } from '../text/normalize.ts'

const require = createRequire(import.meta.url)

/** Common passwords in Spanish that the estimator's list lacks. */
const spanish = ['contraseña', 'micontraseña', 'contraseñas', 'bienvenido', 'bienvenidos', 'clavesecreta']

/** The estimator calls a password weak below a million guesses. */
const weakScore = 1

let estimator: ZxcvbnFactory | undefined

/** Loaded with the first new password, not at startup: it takes 70 ms and 7 MB. */
function loadEstimator(): ZxcvbnFactory {
  const core = require('@zxcvbn-ts/core') as typeof import('@zxcvbn-ts/core')
  const { dictionary, adjacencyGraphs } =
    require('@zxcvbn-ts/language-common') as typeof import('@zxcvbn-ts/language-common')
  return new core.ZxcvbnFactory({
    dictionary: { passwords: dictionary['passwords-common'], spanish },
    graphs: adjacencyGraphs,
    // Bounds for words made to keep it busy: it then takes at most about 10 ms.
    maxLength: 32,
    l33tMaxSubstitutions: 10,
  })
}

/** Whether a million guesses are enough for a guesser who knows these names: the person's, the site's. */
export function isGuessable(password: string, names: string[]): boolean {
  estimator ??= loadEstimator()
  const known = names.flatMap(name => [foldName(name), ...wordsOf(name)])
  return estimator.check(password.normalize('NFKC'), known).score <= weakScore
}

/** Whether a password is one of these names, or words of them with nothing but digits and signs around them. */
export function isMadeOf(password: string, names: string[]): boolean {
  const typed = foldName(password)
  const words = names.flatMap(wordsOf).filter(word => /\p{L}/u.test(word))
  const known = [...words, ...words.map(reversed)].toSorted((a, b) => b.length - a.length)
  const rest = known.reduce((left, word) => left.replaceAll(word, ' '), typed)
  return names.some(name => foldName(name) === typed) || (rest !== typed && !/\p{L}/u.test(rest))
}

/** The words of a name or an address: susan, green, example and com of "susan.green@example.com". */
function wordsOf(name: string): string[] {
  return foldName(name)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean)
}

function reversed(word: string): string {
  return [...word].toReversed().join('')
}
