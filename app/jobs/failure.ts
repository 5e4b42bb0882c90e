/** What is kept of a failure: enough to understand it, and nothing that was to stay secret. */

/** The innermost message: Drizzle's own quotes the statement with its values, which are people's words and hashes. */
export function causeOf(error: unknown): string {
  const { message, cause } = Object(error) as { message?: unknown; cause?: unknown }
  if (cause instanceof Error) return causeOf(cause)
  return legible(String(message ?? error)).slice(0, 500)
}

/** Without the user and password of a URL, and without characters that a database or terminal minds. */
function legible(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
}

/** Milliseconds before the next attempt: 5 s, 10 s, 20 s … up to an hour, each up to a quarter more or less. */
export function retryDelayMs(failures: number): number {
  return Math.min(5_000 * 2 ** (failures - 1), 3_600_000) * (0.75 + Math.random() / 2)
}
