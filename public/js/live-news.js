/**
 * <live-news type href single many some src>: says above a list how much has come since its page was made. Pressing it
 * inserts what has come, fetched from `src` after the first of the list; where that is too much, or there is no `src`, it
 * is a link to the page as it is now.
 */
const MOST = 25 // what a page shows

class LiveNews extends HTMLElement {
  /** @type {Set<number>} */
  #ids = new Set()
  #isMuch = false
  speaker = document.createElement('p')

  connectedCallback() {
    this.speaker.className = 'hidden'
    this.speaker.setAttribute('role', 'status')
    this.after(this.speaker)
    document.addEventListener('live', event => this.#heard(/** @type {CustomEvent} */ (event).detail))
  }

  get list() {
    return document.querySelector('.timeline')
  }

  /** @param {{ type: string, id: number, at?: string }} item */
  #heard({ type, id, at }) {
    if (type === 'reset') this.#isMuch = true
    else if (type === this.getAttribute('type') && !isShown(`${type}-${id}`, at)) this.#ids.add(id)
    if (this.#isMuch || this.#ids.size > 0) this.#show()
  }

  #show() {
    const count = this.#ids.size
    const canInsert = this.hasAttribute('src') && this.list && !this.#isMuch && count <= MOST
    const control = this.#control(canInsert ? 'button' : 'a')
    const words = this.getAttribute(this.#isMuch ? 'some' : count === 1 ? 'single' : 'many') ?? ''
    control.textContent = words.replace('{count}', String(count))
    // Said when it appears; the numbers that follow are there for whoever asks.
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

  /** @param {HTMLButtonElement} button */
  async #insert(button) {
    if (button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    const asked = [...this.#ids]
    const news = await fetchNews(`${this.getAttribute('src')}?after=${placeOf(this.list?.firstElementChild)}`)
    if (!news) return location.assign(this.getAttribute('href') ?? '')
    // What comes from now on is a line of its own.
    for (const id of asked) this.#ids.delete(id)
    this.speaker.textContent = ''
    this.#settle([...news.children].filter(({ id }) => !document.getElementById(id)))
    if (this.#ids.size > 0) this.#show()
  }

  /** The first of what has come takes the place of the line that was pressed, and its focus. @param {Element[]} news */
  #settle(news) {
    const { top } = this.getBoundingClientRect()
    this.replaceChildren()
    const [first] = /** @type {HTMLElement[]} */ (news)
    if (!first) return
    for (const element of news) element.setAttribute('data-new', '')
    this.list?.prepend(...news)
    first.tabIndex = -1
    first.focus({ preventScroll: true })
    scrollBy({ top: first.getBoundingClientRect().top - top, behavior: 'instant' })
  }
}

/** The page may have been made after it. What is told again stands there with another time. @param {string} id @param {string} [at] */
function isShown(id, at) {
  const element = document.getElementById(id)
  return element !== null && (at === undefined || element.querySelector('time')?.dateTime === at)
}

/** Where the list begins, as its pages are addressed. @param {Element | null | undefined} element */
function placeOf(element) {
  const time = Date.parse(element?.querySelector('time')?.dateTime ?? '')
  return `${time || 0}-${element?.id.split('-')[1] ?? 0}`
}

/** What has come, if that is not too much for a page; null sends the reader to the page itself. @param {string} src */
async function fetchNews(src) {
  try {
    const response = await fetch(src, { headers: { accept: 'text/html' } })
    if (!response.ok || response.redirected) return null
    const template = document.createElement('template')
    template.innerHTML = await response.text()
    const news = template.content.firstElementChild
    return news && !news.hasAttribute('data-more') ? news : null
  } catch {
    return null
  }
}

customElements.define('live-news', LiveNews)
