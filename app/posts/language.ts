import { detectAll } from 'tinyld'

/**
 * The language of a post (BCP 47), or the one given when its words do not tell: few words of a common
 * script are a guess, a script of its own is not.
 */
export function languageOf(body: string, otherwise: string | null): string | null {
  const [best] = detectAll(body)
  if (!best) return otherwise
  return best.accuracy >= 0.5 || /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(body)
    ? best.lang
    : otherwise
}
