/**
 * <search-box src into?>: around the form of the search; shows what is found while one types, in the element called
 * `into` (the page of the search) or below the box. Enter works as ever, and leads to the whole page.
 */
const PAUSE = 180 // milliseconds without a key before it asks
const CALM = 700 // milliseconds before it is said how much was found, so that it is said once

class SearchBox extends HTMLElement {
  #timer = 0
  #speaking = 0
  #asked = ''
  /** @type {AbortController | undefined} */
  #underWay

  form = /** @type {HTMLFormElement} */ (this.querySelector('form'))
  box = /** @type {HTMLInputElement} */ (this.querySelector('input[type=search]'))
  room = /** @type {HTMLElement} */ (
    document.getElementById(this.getAttribute('into') ?? '') ?? this.querySelector('.brief')
  )
  speaker = document.createElement('p')

  connectedCallback() {
    this.#asked = this.box.value
    this.speaker.className = 'hidden'
    this.speaker.setAttribute('role', 'status')
    this.append(this.speaker)
    this.box.addEventListener('input', event => this.#typed(/** @type {InputEvent} */ (event)))
    this.box.addEventListener('compositionend', () => this.#soon())
    this.box.addEventListener('keydown', event => this.#dismiss(event))
    this.form.addEventListener('submit', event => this.#submit(event))
    // Back on this page, the browser may have kept the words and forgotten what was found.
    addEventListener('pageshow', () => this.#soon())
  }

  /** Half a character is no word yet. @param {InputEvent} event */
  #typed(event) {
    if (!event.isComposing) this.#soon()
  }

  #soon() {
    clearTimeout(this.#timer)
    if (this.box.value === this.#asked) return
    this.#timer = setTimeout(() => void this.#ask(), this.box.value.trim() ? PAUSE : 0)
  }

  async #ask() {
    this.#underWay?.abort()
    const underWay = (this.#underWay = new AbortController())
    const text = (this.#asked = this.box.value)
    clearTimeout(this.#speaking)
    this.room.setAttribute('aria-busy', 'true')
    const html = text.trim() || this.isPage ? await this.#fetch(text, underWay.signal) : ''
    if (underWay.signal.aborted) return
    this.room.removeAttribute('aria-busy')
    // What cannot be answered now (offline, too many at once) is left to Enter, which says so.
    if (html === null) return void (this.#asked = '')
    this.#show(html)
  }

  /** @param {string} text @param {AbortSignal} signal */
  async #fetch(text, signal) {
    const query = new URLSearchParams(new FormData(this.form))
    query.set('q', text)
    try {
      const response = await fetch(`${this.getAttribute('src')}?${query}`, {
        headers: { accept: 'text/html' },
        signal,
      })
      return response.ok && !response.redirected ? await response.text() : null
    } catch {
      return null
    }
  }

  /** @param {string} html From this very server, escaped by its templates. */
  #show(html) {
    this.room.innerHTML = html
    const found = /** @type {HTMLElement | null} */ (this.room.querySelector('[data-found]'))
    this.#speaking = setTimeout(() => (this.speaker.textContent = found?.dataset['found'] ?? ''), CALM)
    if (!this.isPage) return
    // The address is that of what is shown, so that it can be kept, sent and come back to.
    history.replaceState(history.state, '', found?.dataset['address'] ?? this.form.action)
    if (found?.dataset['title']) document.title = found.dataset['title']
  }

  /** Whether the results are the page. */
  get isPage() {
    return this.hasAttribute('into')
  }

  /** Escape empties the box, in every browser, and with it the room below. @param {KeyboardEvent} event */
  #dismiss(event) {
    if (event.key !== 'Escape' || this.box.value === '' || event.isComposing) return
    event.preventDefault()
    this.box.value = ''
    this.#soon()
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    if (this.box.value.trim() === '') event.preventDefault()
  }
}

customElements.define('search-box', SearchBox)
