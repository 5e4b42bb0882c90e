/** An error whose message is enough for a person: it is shown without its stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError'
}
