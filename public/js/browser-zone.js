/** <browser-zone>: tells the site the browser's time zone, where it does not know it; once a visit, for want of cookies. */
class BrowserZone extends HTMLElement {
  connectedCallback() {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
    const who = document.querySelector('live-stream')?.getAttribute('user') ?? 'visitor'
    if (!timeZone || wasTold(`${who} ${timeZone}`)) return
    const body = new URLSearchParams({ timeZone })
    // What the answer leads to is not wanted.
    void fetch('/settings/time-zone', { method: 'POST', body, redirect: 'manual', keepalive: true }).catch(
      () => {},
    )
  }
}

/** Where nothing can be stored, every page tells. @param {string} what */
function wasTold(what) {
  try {
    if (sessionStorage.getItem('time-zone') === what) return true
    sessionStorage.setItem('time-zone', what)
  } catch {}
  return false
}

customElements.define('browser-zone', BrowserZone)
