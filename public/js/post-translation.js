/** <post-translation>: around a post's link to its translation; switches between the original and the translation. */
class PostTranslation extends HTMLElement {
  #isFetching = false
  /** @type {HTMLElement | undefined} */
  #translation

  connectedCallback() {
    this.link.addEventListener('click', event => this.#onClick(event))
  }

  get link() {
    return /** @type {HTMLAnchorElement} */ (this.querySelector('a'))
  }

  /** The original text. */
  get content() {
    return /** @type {HTMLElement} */ (this.closest('article')?.querySelector('.content'))
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    // Asking for a translation is asking for the words.
    this.content.closest('details')?.setAttribute('open', '')
    if (this.#translation) this.#show(this.content.hidden ? 'original' : 'translated')
    else if (!this.#isFetching) void this.#fetch()
  }

  async #fetch() {
    this.#isFetching = true
    this.link.setAttribute('aria-busy', 'true')
    const slot = this.#slot()
    const translation = await fetchTranslation(this.link.pathname)
    this.#isFetching = false
    this.link.removeAttribute('aria-busy')
    // On any other response (too many requests, no connection) the link opens the page, which shows the error.
    if (!translation) return location.assign(this.link.href)
    slot.append(translation)
    if (!translation.dataset['original']) return
    this.#translation = translation
    this.#show('translated')
  }

  /** The element for the translation, in the page before its text so that screen readers announce the text. */
  #slot() {
    const next = this.content.nextElementSibling
    const present = next?.classList.contains('translation-slot') ? next : null
    const slot = present ?? document.createElement('div')
    slot.className = 'translation-slot'
    slot.setAttribute('role', 'status')
    slot.replaceChildren()
    this.content.after(slot)
    return slot
  }

  /** @param {'original' | 'translated'} which */
  #show(which) {
    const translation = /** @type {HTMLElement} */ (this.#translation)
    const original = which === 'original'
    this.content.hidden = !original
    translation.hidden = original
    const label = /** @type {HTMLElement} */ (this.link.querySelector('span'))
    label.textContent = translation.dataset[original ? 'translated' : 'original'] ?? ''
  }
}

/** @param {string} path @returns {Promise<HTMLElement | null>} */
async function fetchTranslation(path) {
  try {
    const response = await fetch(`${path}/fragment`, { headers: { accept: 'text/html' } })
    const template = document.createElement('template')
    template.innerHTML = await response.text()
    return template.content.querySelector('.translation')
  } catch {
    return null
  }
}

customElements.define('post-translation', PostTranslation)
