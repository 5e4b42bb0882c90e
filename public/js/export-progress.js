/**
 * <export-progress src>: while an export is being made, shows how far it is, and when it is ready. It asks when the
 * document's `live` events say that a job has moved, and not by the clock.
 */
class ExportProgress extends HTMLElement {
  #asking = false
  #missed = false
  /** How far the jobs are, as it was heard last. */
  #jobs = null
  speaker = document.createElement('p')

  connectedCallback() {
    this.speaker.className = 'hidden'
    this.speaker.setAttribute('role', 'status')
    this.after(this.speaker)
    document.addEventListener('live', event => {
      const { jobs } = /** @type {CustomEvent} */ (event).detail
      if (jobs !== this.#jobs) void this.#ask()
      this.#jobs = jobs
    })
    document.addEventListener('visibilitychange', () => void this.#ask())
  }

  get progress() {
    return this.querySelector('progress')
  }

  async #ask() {
    this.#missed = true
    if (this.#asking || document.hidden) return
    this.#asking = true
    while (this.#missed && this.progress) {
      this.#missed = false
      const answer = await fetchFragment(this.getAttribute('src') ?? '')
      if (answer) this.#show(answer)
    }
    this.#asking = false
  }

  /** The page moves as little as possible: as long as it goes on, only the number does. @param {DocumentFragment} answer */
  #show(answer) {
    const [shown, next] = [
      this.querySelector('.export:has(progress)'),
      answer.querySelector('.export:has(progress)'),
    ]
    const isSame = shown?.querySelector('h3')?.textContent === next?.querySelector('h3')?.textContent
    if (shown && next && shown.id === next.id && isSame) {
      shown.querySelector('progress')?.replaceWith(/** @type {Element} */ (next.querySelector('progress')))
      shown.querySelector('small')?.replaceWith(/** @type {Element} */ (next.querySelector('small')))
      return
    }
    this.speaker.textContent = answer.querySelector('h3')?.textContent ?? ''
    this.replaceChildren(answer)
  }
}

/** Nothing if the answer is no fragment: the session may have ended. @param {string} src */
async function fetchFragment(src) {
  try {
    const response = await fetch(src, { headers: { accept: 'text/html' } })
    if (!response.ok || response.redirected) return null
    const template = document.createElement('template')
    template.innerHTML = await response.text()
    return template.content
  } catch {
    return null
  }
}

customElements.define('export-progress', ExportProgress)
