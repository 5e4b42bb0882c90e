/** <browser-zone>: tells the site the browser's time zone, where it does not know it; once a visit, for want of cookies. */
class BrowserZone extends HTMLElement {
  async connectedCallback() {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    const who = document.querySelector('live-stream')?.getAttribute('user') ?? 'visitor'
    const told = `${who} ${timeZone}`
    if (!timeZone || recall() === told) return
    const body = new URLSearchParams({ timeZone })
    const headers = { accept: 'application/json' }
    try {
      const response = await fetch('/settings/time-zone', { method: 'POST', body, headers })
      // The page counts as loading until the response is read to its end.
      await response.text()
      if (response.ok) sessionStorage.setItem(KEY, told)
    } catch {} // Offline, or nothing can be stored: the next page tells.
  }
}

const KEY = 'time-zone'
function recall() {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}

customElements.define('browser-zone', BrowserZone)
