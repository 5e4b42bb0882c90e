/**
 * <live-badges many>: what every page shows of what happens to this person: the numbers beside the menu's links, the
 * title of a tab that nobody looks at, and a sentence for whoever listens, unless the page shows by itself what it is about.
 */
class LiveBadges extends HTMLElement {
  #unread = 0
  #isMissed = false
  #title = document.title
  /** @type {string[]} */
  #sentences = []
  speaker = document.createElement('p')

  connectedCallback() {
    this.speaker.className = 'hidden'
    this.speaker.setAttribute('role', 'status')
    this.append(this.speaker)
    // The window hears of it after everything in the page.
    addEventListener('live', event => this.#heard(/** @type {CustomEvent} */ (event)))
    document.addEventListener('visibilitychange', () => this.#seen())
  }

  /** @param {CustomEvent} event */
  #heard({ detail, defaultPrevented }) {
    if (detail.type === 'badges') this.#count(detail)
    if (detail.type === 'notification' && !defaultPrevented) this.#announce(detail.sentence)
  }

  /** @param {{ notifications: number, messages: number, words: Record<string, string> }} badges */
  #count({ words, notifications, messages }) {
    this.#show('notifications', notifications, words)
    this.#show('messages', messages, words)
    this.#unread = notifications + messages
    this.#entitle()
  }

  /** @param {string} name @param {number} count @param {Record<string, string>} words */
  #show(name, count, words) {
    for (const badge of document.querySelectorAll(`[data-badge=${name}]`)) {
      const [shown, spoken] = badge.children
      badge.toggleAttribute('hidden', !count)
      if (shown) shown.textContent = count > 99 ? '99+' : String(count)
      if (spoken) spoken.textContent = ` ${words[name]}`
    }
  }

  /** Some at a time, and only where somebody is. @param {string} sentence */
  #announce(sentence) {
    this.#isMissed = document.hidden
    this.#entitle()
    if (document.hidden || this.#sentences.push(sentence) > 1) return
    setTimeout(() => {
      const count = this.#sentences.length
      const many = (this.getAttribute('many') ?? '').replace('{count}', String(count))
      this.speaker.textContent = count > 1 ? many : sentence
      this.#sentences = []
    }, 1000)
  }

  #seen() {
    if (document.hidden) return
    this.#isMissed = false
    this.#entitle()
  }

  /** A tab that nobody looks at says in its title that something has come. */
  #entitle() {
    document.title = this.#isMissed && this.#unread ? `(${this.#unread}) ${this.#title}` : this.#title
  }
}

customElements.define('live-badges', LiveBadges)
