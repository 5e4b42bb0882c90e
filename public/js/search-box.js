/**
 * <search-box src into?>: around the search form; shows results while typing, in the element with the id `into` (on the
 * search page) or below the box. Enter submits the form and opens the search page.
 */
const DEBOUNCE = 180 // milliseconds
const ANNOUNCE_DELAY = 700 // milliseconds, so that only the last of several results is announced

class SearchBox extends HTMLElement {
  #timer = 0
  #announcing = 0
  #text = ''
  /** @type {AbortController | undefined} */
  #request

  form = /** @type {HTMLFormElement} */ (this.querySelector('form'))
  input = /** @type {HTMLInputElement} */ (this.querySelector('input[type=search]'))
  results = /** @type {HTMLElement} */ (
    document.getElementById(this.getAttribute('into') ?? '') ?? this.querySelector('.brief')
  )
  announcer = document.createElement('p')

  connectedCallback() {
    // What was typed before is not searched yet.
    this.#text = this.input.defaultValue
    this.announcer.className = 'hidden'
    this.announcer.setAttribute('role', 'status')
    this.append(this.announcer)
    this.input.addEventListener('input', event => this.#onInput(/** @type {InputEvent} */ (event)))
    this.input.addEventListener('compositionend', () => this.#searchSoon())
    this.input.addEventListener('keydown', event => this.#onKeydown(event))
    this.form.addEventListener('submit', event => this.#onSubmit(event))
    // After Back, the browser may restore the text without its results.
    addEventListener('pageshow', () => this.#searchSoon())
    this.#beSkippedTo()
  }

  /** The link before everything else leads here where the box is in sight, else to the search page. */
  #beSkippedTo() {
    document.querySelector('.skip[href="/search"]')?.addEventListener('click', event => {
      if (!this.input.checkVisibility()) return
      event.preventDefault()
      this.input.select()
    })
  }

  /** Waits for the end of a composition, as of Japanese. @param {InputEvent} event */
  #onInput(event) {
    if (!event.isComposing) this.#searchSoon()
  }

  #searchSoon() {
    clearTimeout(this.#timer)
    if (this.input.value === this.#text) return
    this.#timer = setTimeout(() => void this.#search(), this.input.value.trim() ? DEBOUNCE : 0)
  }

  async #search() {
    this.#request?.abort()
    const request = (this.#request = new AbortController())
    const text = (this.#text = this.input.value)
    clearTimeout(this.#announcing)
    this.results.setAttribute('aria-busy', 'true')
    const html = text.trim() || this.isPage ? await this.#fetch(text, request.signal) : ''
    if (request.signal.aborted) return
    this.results.removeAttribute('aria-busy')
    // When it fails (offline, too many requests), Enter still works and shows the error.
    if (html === null) return void (this.#text = '')
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

  /** @param {string} html From this server, escaped by its templates. */
  #show(html) {
    this.results.innerHTML = html
    const summary = /** @type {HTMLElement | null} */ (this.results.querySelector('[data-summary]'))
    this.#announcing = setTimeout(
      () => (this.announcer.textContent = summary?.dataset['summary'] ?? ''),
      ANNOUNCE_DELAY,
    )
    if (!this.isPage) return
    // The address follows the results, so that it can be bookmarked, shared and reloaded.
    history.replaceState(history.state, '', summary?.dataset['url'] ?? this.form.action)
    if (summary?.dataset['title']) document.title = summary.dataset['title']
  }

  /** Whether this is the search page. */
  get isPage() {
    return this.hasAttribute('into')
  }

  /** Escape clears the input, in every browser, and then the results. @param {KeyboardEvent} event */
  #onKeydown(event) {
    if (event.key !== 'Escape' || this.input.value === '' || event.isComposing) return
    event.preventDefault()
    this.input.value = ''
    this.#searchSoon()
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    if (this.input.value.trim() === '') event.preventDefault()
  }
}

customElements.define('search-box', SearchBox)
