/** The innermost message, because Drizzle's own quotes the statement with its values: people's texts and hashes. */
export function causeOf(error: unknown): string {
  const { message, cause } = Object(error) as { message?: unknown; cause?: unknown }
  if (cause instanceof Error) return causeOf(cause)
  // Without control characters, which a database or terminal may reject, and without the credentials of URLs.
  const text = String(message ?? error).replaceAll(/\p{Cc}+/gu, ' ')
  return text.replaceAll(/(\w+:\/\/)[^\s/@]+@/g, '$1***@').slice(0, 500)
}

/** Exponential backoff: 5 s, 10 s, 20 s … up to an hour, with 25 % of jitter. */
export function retryDelayMs(failures: number): number {
  return Math.min(5_000 * 2 ** (failures - 1), 3_600_000) * (0.75 + Math.random() / 2)
}
