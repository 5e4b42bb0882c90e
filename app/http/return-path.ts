const anyOrigin = 'http://this.invalid'

/**
 * The path if it belongs to this site, else `/`. Browsers read `\` as `/` and drop tabs and line breaks, so their
 * URL parser decides.
 */
export function returnPath(next: string | undefined): string {
  if (!next?.startsWith('/') || !URL.canParse(next, anyOrigin)) return '/'
  const url = new URL(next, anyOrigin)
  const isHere = url.origin === anyOrigin && !/^\/[/\\]/.test(next) && !url.pathname.startsWith('//')
  return isHere ? url.pathname + url.search : '/'
}
