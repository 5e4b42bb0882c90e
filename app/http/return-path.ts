const anyOrigin = 'http://this.invalid'

/**
 * The path to go back to, if it is one of this site; else `/`. Browsers read `\` as `/` and drop tabs and
 * line breaks, so the URL parser they use is asked where the path would lead.
 */
export function returnPath(next: string | undefined): string {
  if (!next?.startsWith('/') || !URL.canParse(next, anyOrigin)) return '/'
  const url = new URL(next, anyOrigin)
  const isHere = url.origin === anyOrigin && !/^\/[/\\]/.test(next) && !url.pathname.startsWith('//')
  return isHere ? url.pathname + url.search : '/'
}
