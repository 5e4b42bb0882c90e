/** What was probably meant by a name that does not exist. */
import { UserError } from '../../config/user-error.ts'

/** The name that is most like the wanted one; undefined if none is. */
export function closest(wanted: string, names: readonly string[]): string | undefined {
  const [key, limit] = [wanted.toLowerCase(), Math.max(1, Math.floor(wanted.length / 3))]
  const ranked = names
    .map(name => ({ name, distance: distanceBetween(key, name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= limit ? best.name : undefined
}

/** How many letters have to be inserted, deleted, replaced or swapped with the next one. */
function distanceBetween(a: string, b: string): number {
  let [before, row]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = Number(row?.[j - 1]) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? Number(before?.[j - 2]) + 1 : Infinity
      next[j] = Math.min(replaced, swapped, Number(row?.[j]) + 1, Number(next[j - 1]) + 1)
    }
    ;[before, row] = [row, next]
  }
  return Number(row?.at(-1))
}

/** What the language, Drizzle and inspection ask every object for. */
const askedOfEverything =
  /^(then|catch|finally|toJSON|inspect|constructor|prototype|getSQL|shouldOmitSQLParens|nodeType|asymmetricMatch|length|as|config|_|\$.*|__.*)$/

/** Completion evaluates what is half typed: meanwhile an unknown property is undefined, as everywhere. */
export const refusals = { areOn: true }

/**
 * Lets an object answer a property that it does not have with a sentence instead of undefined. The object stays the
 * same one: only what it inherits from changes.
 */
export function refuseUnknown<T extends object>(object: T, sentence: (property: string) => string): T {
  const inherited = (Object.getPrototypeOf(object) ?? {}) as object
  const prototype = new Proxy(inherited, {
    get: (target, property, receiver) => {
      if (
        !refusals.areOn ||
        typeof property === 'symbol' ||
        property in target ||
        askedOfEverything.test(property)
      )
        return Reflect.get(target, property, receiver)
      throw new UserError(sentence(property))
    },
  })
  return Object.setPrototypeOf(object, prototype)
}

/** "posts has no column bdy: did you mean body?", or what there is instead. */
export function unknownName(what: string, wanted: string, names: readonly string[]): string {
  const meant = closest(wanted, names)
  return meant ? `${what}: did you mean ${meant}?` : `${what}: it has ${names.join(', ')}`
}
