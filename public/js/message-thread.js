/**
 * <message-thread src end conversation>: opens a conversation at its end, and adds new messages while the page is visible.
 *
 * The document's `live` events say that there is something new; what it is, is fetched from `src`, which marks it as
 * read. So nothing is fetched while the page is hidden, but as soon as it is visible again. Without `src` the page shows
 * older messages, to which nothing is added.
 */
const NEAR = 160 // pixels from the end at which one still reads along

class MessageThread extends HTMLElement {
  #asking = false
  #missed = false
  /** What is unread, as it was heard last. */
  #unread = ''
  #src = this.getAttribute('src')
  #end = this.getAttribute('end') ?? ''

  thread = /** @type {HTMLElement} */ (this.querySelector('.thread'))
  arrived = /** @type {HTMLElement | null} */ (document.querySelector('.arrived'))

  connectedCallback() {
    if (!this.#src) return
    document.addEventListener('live', event => {
      // The thread is a log: it is read out as it grows.
      if (this.#heard(/** @type {CustomEvent} */ (event).detail) && !document.hidden) event.preventDefault()
    })
    document.addEventListener('visibilitychange', () => this.#missed && this.#ask())
    // A page that was made beforehand, or kept for the way back, is seen only now.
    document.addEventListener('prerenderingchange', () => this.#ask())
    addEventListener('pageshow', event => (event.persisted ? this.#ask() : this.#open()))
    addEventListener('scroll', () => this.#readsAlong() && this.#announce(false), { passive: true })
  }

  /**
   * At the end, unless the browser knows better; after sending, the next words can be typed at once. Not before the page
   * is loaded: until then the browser goes to the address's fragment, and takes the focus along.
   */
  #open() {
    const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (
      performance.getEntriesByType('navigation')
    )
    if (navigation?.type === 'navigate') this.#toEnd()
    if (document.querySelector('[data-saved]'))
      document.querySelector('textarea')?.focus({ preventScroll: true })
  }

  /**
   * Whether the newest notification is about this conversation.
   * @param {{ messages: number, notification: { at: string, conversationId: number | null } | null }} state
   */
  #heard({ messages, notification }) {
    const unread = `${messages} ${notification?.at}`
    if (messages > 0 && unread !== this.#unread) void this.#ask()
    this.#unread = unread
    return String(notification?.conversationId) === this.getAttribute('conversation')
  }

  /** One after the other, until there is nothing more. */
  async #ask() {
    this.#missed = true
    if (this.#asking || document.hidden) return
    this.#asking = true
    while (this.#missed) {
      this.#missed = false
      if (await this.#fetch()) this.#missed = true
    }
    this.#asking = false
  }

  /** Whether there is still more. What cannot be fetched now comes with the next news, or the next page. */
  async #fetch() {
    try {
      const query = this.#end && `?after=${this.#end}`
      const response = await fetch(this.#src + query, { headers: { accept: 'text/html' } })
      if (!response.ok || response.redirected) return false
      return this.#add(await response.text())
    } catch {
      return false
    }
  }

  /** @param {string} html From this very server, escaped by its templates. */
  #add(html) {
    const template = document.createElement('template')
    template.innerHTML = html
    const news = /** @type {HTMLElement} */ (template.content.querySelector('[data-end]'))
    if (!news?.dataset.end) return false
    const along = this.#readsAlong()
    document.querySelector('.empty')?.remove()
    for (const day of news.querySelectorAll('.day')) this.#addDay(/** @type {HTMLElement} */ (day))
    this.#end = news.dataset.end
    this.setAttribute('conversation', news.dataset.conversation ?? '')
    if (along) this.#toEnd()
    else this.#announce(true)
    return 'more' in news.dataset
  }

  /** @param {HTMLElement} day Its messages go on with the day that the page ends with, if it is the same. */
  #addDay(day) {
    const last = /** @type {HTMLElement | null} */ (this.thread.lastElementChild)
    if (last?.dataset.day !== day.dataset.day) return this.thread.append(day)
    last?.querySelector('ol')?.append(...day.querySelectorAll('li'))
  }

  #readsAlong() {
    const { scrollHeight } = document.documentElement
    return scrollY + innerHeight >= scrollHeight - NEAR
  }

  #toEnd() {
    scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })
  }

  /** @param {boolean} there Whether something new is out of sight. */
  #announce(there) {
    if (this.arrived) this.arrived.hidden = !there
  }
}

customElements.define('message-thread', MessageThread)
