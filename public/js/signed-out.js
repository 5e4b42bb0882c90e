/**
 * What a person leaves in the browser goes when they sign out: drafts, and pages kept for the way back. Browsers empty
 * their back/forward cache at sign-out by themselves, but only on https; elsewhere a page that is shown again loads
 * again, unless it is still the same person's. On every signed-in page, and on the one after signing out ([data-signed-out]).
 */
const KEY = 'viewer'
const viewer = document.querySelector('live-stream')?.getAttribute('user') ?? ''

/** Null where storage is forbidden. */
function lastViewer() {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

function remember() {
  try {
    localStorage.setItem(KEY, viewer)
    if (!document.querySelector('[data-signed-out]')) return
    for (const key of Object.keys(localStorage)) if (key.startsWith('draft:')) localStorage.removeItem(key)
  } catch {}
}

remember()
addEventListener('pageshow', event => {
  if (!event.persisted || lastViewer() === viewer) return
  document.documentElement.hidden = true
  location.reload()
})
