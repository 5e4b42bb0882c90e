/** An error whose message is enough for a person: it is shown without its stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError'
}

/** For packages that only developers need. */
export function packageMissing(name: string): string {
  return `this needs ${name}, which is not installed: npm ci installs what developers need, too`
}
