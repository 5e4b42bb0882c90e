/**
 * <live-news href single many some src thread since>: says above a list how much is newer than the page. With `src` these are posts:
 * they are fetched there to be counted, and again when the line is pressed, to be inserted: above the others at Home,
 * below them in a `thread`, whose page was made at `since`. Without `src`, the list is of notifications. Where nothing can be inserted, the line is a link to the page as it is now.
 */
const GRACE = 3000 // milliseconds within which a reply that was written before a page was made is committed after it
const MAX_JITTER = 2000 // milliseconds over which the readers of one author spread their requests

class LiveNews extends HTMLElement {
  /** When the newest post was written, and that of when they were counted last. */
  #newestAt = ''
  #countedAt = ''
  #isMany = false
  #timer = 0
  /** The fewest unread notifications since the page was made: those beyond are new. */
  #unread = Number(document.querySelector('[data-badge=notifications] span')?.textContent)
  speaker = document.createElement('p')

  connectedCallback() {
    this.speaker.className = 'hidden'
    this.speaker.setAttribute('role', 'status')
    this.after(this.speaker)
    document.addEventListener('live', event => this.#heard(/** @type {CustomEvent} */ (event).detail))
    if (this.hasAttribute('src')) document.addEventListener('visibilitychange', () => this.#countSoon())
  }

  get list() {
    return document.querySelector(this.#isThread ? '#replies' : '.timeline')
  }

  get #isThread() {
    return this.hasAttribute('thread')
  }

  get #since() {
    return Number(this.getAttribute('since')) - GRACE
  }

  /** From when the page shows what is new. */
  get #shownUntil() {
    return this.#isThread ? new Date(this.#since).toISOString() : timeOf(newestIn(this.list))
  }

  /**
   * The stream may be that of another tab, with another thread.
   * @param {{ newestPostAt: string | null, notifications: number, notification: { id: number, at: string } | null, thread: { id: number, newestAt: string | null } | null }} state
   */
  #heard({ newestPostAt, notifications, notification, thread }) {
    if (this.#isThread && String(thread?.id) !== this.getAttribute('thread')) return
    this.#newestAt = (this.#isThread ? thread?.newestAt : newestPostAt) ?? ''
    if (this.hasAttribute('src')) return this.#countSoon()
    this.#unread = Math.min(this.#unread, notifications)
    const shown = document.querySelector(`#notification-${notification?.id} time`)
    const isNew = notification && shown?.getAttribute('datetime') !== notification.at
    this.#show(isNew ? notifications - this.#unread || Infinity : 0)
  }

  #countSoon() {
    const isNew = this.#newestAt > this.#shownUntil
    if (!isNew) this.#show(0)
    if (!isNew || this.#isMany || this.#newestAt === this.#countedAt || document.hidden || this.#timer) return
    this.#timer = setTimeout(() => void this.#count(), Math.random() * MAX_JITTER)
  }

  async #count() {
    this.#countedAt = this.#newestAt
    const posts = await this.#fetch()
    this.#timer = 0
    this.#isMany = !posts
    this.#show(posts ? posts.length : Infinity)
    this.#countSoon()
  }

  /** The posts that the page does not show; null if they are too many, or cannot be fetched. */
  async #fetch() {
    const after = this.#isThread ? `${this.#since}-0` : cursorOf(this.list)
    const posts = await fetchPosts(`${this.getAttribute('src')}?after=${after}`)
    return posts && posts.filter(({ id }) => !document.getElementById(id))
  }

  /** @param {number} count */
  #show(count) {
    if (count === 0) {
      this.speaker.textContent = ''
      return this.replaceChildren()
    }
    const canInsert = this.list && this.hasAttribute('src') && count < Infinity
    const control = this.#control(canInsert ? 'button' : 'a')
    const words = this.getAttribute(count === Infinity ? 'some' : count === 1 ? 'single' : 'many') ?? ''
    control.textContent = words.replace('{count}', String(count))
    // Said when it appears; the numbers that follow are there for those who look for them.
    if (!this.speaker.textContent) this.speaker.textContent = control.textContent
  }

  /** The same element as long as it is the same kind, so that the focus stays. @param {'a' | 'button'} name */
  #control(name) {
    const present = this.firstElementChild
    if (present?.localName === name) return present
    const control = document.createElement(name)
    if (control instanceof HTMLAnchorElement) control.href = this.getAttribute('href') ?? ''
    else control.addEventListener('click', () => this.#insert(/** @type {HTMLButtonElement} */ (control)))
    this.replaceChildren(control)
    return control
  }

  /** The first of the new posts takes the place of the line that was pressed, and its focus. @param {HTMLButtonElement} button */
  async #insert(button) {
    if (button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    const posts = await this.#fetch()
    if (!posts) return location.assign(this.getAttribute('href') ?? '')
    const { top } = this.getBoundingClientRect()
    this.#show(0)
    const [first] = posts
    if (!first) return
    for (const post of posts) post.setAttribute('data-new', '')
    if (this.#isThread) this.list?.append(...posts)
    else this.list?.prepend(...posts)
    first.tabIndex = -1
    first.focus({ preventScroll: true })
    if (this.#isThread) return first.scrollIntoView({ block: 'center', behavior: 'instant' })
    scrollBy({ top: first.getBoundingClientRect().top - top, behavior: 'instant' })
  }
}

/** When the post was written; when it was reposted, if it is there for that. @param {Element | null | undefined} post */
function timeOf(post) {
  return post?.getAttribute('data-at') ?? post?.querySelector('time')?.dateTime ?? ''
}

/** A thread reads from its first post on, so the newest entry need not be the first. @param {Element | null} list */
function newestIn(list) {
  const posts = [...(list?.querySelectorAll(':scope > .post') ?? [])]
  return posts.reduce((newest, post) => (timeOf(post) > timeOf(newest) ? post : newest), posts[0])
}

/** Where the list begins, as its pages are addressed. @param {Element | null} list */
function cursorOf(list) {
  const post = newestIn(list)
  return `${Date.parse(timeOf(post)) || 0}-${post?.id.split('-')[1] ?? 0}`
}

/** @param {string} src @returns {Promise<HTMLElement[] | null>} */
async function fetchPosts(src) {
  try {
    const response = await fetch(src, { headers: { accept: 'text/html' } })
    if (!response.ok || response.redirected) return null
    const template = document.createElement('template')
    template.innerHTML = await response.text()
    const posts = template.content.firstElementChild
    return posts && !posts.hasAttribute('data-more')
      ? /** @type {HTMLElement[]} */ ([...posts.children])
      : null
  } catch {
    return null
  }
}

customElements.define('live-news', LiveNews)
