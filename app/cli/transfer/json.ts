/** Apart from the site's format: backups need this without its schemas, which take longer to load than a backup to make. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
