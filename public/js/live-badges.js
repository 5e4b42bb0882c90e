/**
 * <live-badges since many>: what every page shows of what happens to this person: the numbers beside the menu's links,
 * the number in the title, and a sentence for screen readers about a notification that came after `since`
 * (milliseconds; when the page was made), unless the page shows by itself what it is about.
 */
class LiveBadges extends HTMLElement {
  #newestAt = Number(this.getAttribute('since'))
  #notifications = Number(document.querySelector('[data-badge=notifications] span')?.textContent)
  #title = document.title.replace(/^\(\d+\+?\) /, '')
  #sentence = ''
  #timer = 0
  speaker = document.createElement('p')

  connectedCallback() {
    this.speaker.className = 'hidden'
    this.speaker.setAttribute('role', 'status')
    this.append(this.speaker)
    // The window hears of it after everything in the page.
    addEventListener('live', event => this.#heard(/** @type {CustomEvent} */ (event)))
  }

  /** @param {CustomEvent} event */
  #heard({ detail: { notifications, messages, words, notification }, defaultPrevented }) {
    const before = this.#notifications
    this.#notifications = notifications
    this.#show('notifications', notifications, words)
    this.#show('messages', messages, words)
    const at = Date.parse(notification?.at)
    const isNew = at > this.#newestAt
    if (isNew) this.#newestAt = at
    if (isNew && !defaultPrevented) this.#announce(notification.sentence, before)
    const waiting = notifications + messages
    document.title = (waiting ? `(${shownCount(waiting)}) ` : '') + this.#title
  }

  /** @param {string} name @param {number} count @param {Record<string, string>} words */
  #show(name, count, words) {
    for (const badge of document.querySelectorAll(`[data-badge=${name}]`)) {
      const [shown, spoken] = badge.children
      badge.toggleAttribute('hidden', !count)
      if (shown) shown.textContent = shownCount(count)
      if (spoken) spoken.textContent = ` ${words[name]}`
    }
  }

  /** What comes within a second is one announcement. @param {string} sentence @param {number} before Unread until then. */
  #announce(sentence, before) {
    this.#sentence = sentence
    if (document.hidden || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = 0
      const count = this.#notifications - before
      const many = (this.getAttribute('many') ?? '').replace('{count}', String(count))
      this.speaker.textContent = count > 1 ? many : this.#sentence
    }, 1000)
  }
}

/** @param {number} count */
function shownCount(count) {
  return count > 99 ? '99+' : String(count)
}

customElements.define('live-badges', LiveBadges)
