/** An error whose message is all that a person needs: no stack is shown for it. */
export class UserError extends Error {
  override readonly name: string = 'UserError'
}
