/** <post-translation>: around a post's link to its translation; puts the translation in the place of the words, and back. */
class PostTranslation extends HTMLElement {
  #asking = false
  /** @type {HTMLElement | undefined} */
  #translation

  connectedCallback() {
    this.link.addEventListener('click', event => this.#click(event))
  }

  get link() {
    return /** @type {HTMLAnchorElement} */ (this.querySelector('a'))
  }

  /** The original words. */
  get words() {
    return /** @type {HTMLElement} */ (this.closest('article')?.querySelector('.words'))
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    if (this.#translation) this.#show(this.words.hidden ? 'original' : 'translated')
    else if (!this.#asking) void this.#ask()
  }

  async #ask() {
    this.#asking = true
    this.link.setAttribute('aria-busy', 'true')
    const place = this.#place()
    const found = await fetchTranslation(this.link.pathname)
    this.#asking = false
    this.link.removeAttribute('aria-busy')
    // Whatever else the answer was (too many requests, no connection), the link says it on a page of its own.
    if (!found) return location.assign(this.link.href)
    place.append(found)
    if (!found.dataset['original']) return
    this.#translation = found
    this.#show('translated')
  }

  /** Where it will stand: there before its words are, so that a screen reader says them. */
  #place() {
    const next = this.words.nextElementSibling
    const present = next?.classList.contains('translation-place') ? next : null
    const place = present ?? document.createElement('div')
    place.className = 'translation-place'
    place.setAttribute('role', 'status')
    place.replaceChildren()
    this.words.after(place)
    return place
  }

  /** @param {'original' | 'translated'} which */
  #show(which) {
    const translation = /** @type {HTMLElement} */ (this.#translation)
    const original = which === 'original'
    this.words.hidden = !original
    translation.hidden = original
    this.link.textContent = translation.dataset[original ? 'translated' : 'original'] ?? ''
  }
}

/** @param {string} path @returns {Promise<HTMLElement | null>} */
async function fetchTranslation(path) {
  try {
    const response = await fetch(`${path}/fragment`, { headers: { accept: 'text/html' } })
    const answer = document.createElement('template')
    answer.innerHTML = await response.text()
    return answer.content.querySelector('.translation')
  } catch {
    return null
  }
}

customElements.define('post-translation', PostTranslation)
