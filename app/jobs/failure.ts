/** The innermost message, because Drizzle's own quotes the statement with its values: people's texts and hashes. */
export function causeOf(error: unknown): string {
  const { message, cause } = Object(error) as { message?: unknown; cause?: unknown }
  if (cause instanceof Error) return causeOf(cause)
  return redact(String(message ?? error)).slice(0, 500)
}

/** Removes the credentials of URLs, and control characters, which a database or terminal may reject. */
function redact(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
}

/** Exponential backoff: 5 s, 10 s, 20 s … up to an hour, with 25 % of jitter. */
export function retryDelayMs(failures: number): number {
  return Math.min(5_000 * 2 ** (failures - 1), 3_600_000) * (0.75 + Math.random() / 2)
}
