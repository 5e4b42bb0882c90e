/** Errors of scripts and errors on the console of a browser. */
import type { BrowserContext, Response } from 'playwright/test'

/** A navigation that comes before the last transition is over cuts it short, which Chromium reports. */
const transition = /Transition was|ViewTransition/
/** What was on its way when a journey turned the network off. */
const offline = /net::ERR_INTERNET_DISCONNECTED/
const refusal = /^Failed to load resource: the server responded with a status of 4\d\d/

/** Collects the errors of every page of the context; the returned function lists them. */
export function collectPageErrors(context: BrowserContext): () => string[] {
  const pageErrors: { text: string; url: string }[] = []
  const refused = new Set<string>()
  context.on('weberror', error =>
    pageErrors.push({ text: String(error.error()), url: error.page()?.url() ?? '' }),
  )
  context.on('console', message => {
    if (message.type() === 'error') pageErrors.push({ text: message.text(), url: message.location().url })
  })
  context.on('response', response => void (isRefusedPage(response) && refused.add(response.url())))
  const isExpected = ({ text, url }: { text: string; url: string }) =>
    transition.test(text) || offline.test(text) || (refusal.test(text) && refused.has(url))
  return () => pageErrors.filter(error => !isExpected(error)).map(({ text, url }) => `${url}: ${text}`)
}

/** A page that says 4xx is an answer like any other; an image, a script or a fetch that gets one is broken. */
function isRefusedPage(response: Response): boolean {
  return response.request().isNavigationRequest() && response.status() >= 400 && response.status() < 500
}
