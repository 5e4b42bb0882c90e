/**
 * <profile-card src>: around a link to a person; shows their card on hover and on keyboard focus (WCAG 1.4.13: the
 * pointer may move onto the card, Escape closes it, and it stays open until the pointer or the focus leaves).
 *
 * The card follows the link in the document, so that Tab moves from the link through the card.
 */
const OPEN_DELAY = 450 // milliseconds
const CLOSE_DELAY = 250 // milliseconds for the pointer to move from the link to the card
const GAP = 6 // pixels

/** @type {Map<string, Promise<string>>} The HTML of each card by address, fetched once per page. */
const cards = new Map()
/** @type {ProfileCard | undefined} */
let current

class ProfileCard extends HTMLElement {
  #timer = 0
  #isWanted = false
  /** @type {HTMLElement | undefined} */
  card

  connectedCallback() {
    if (!('popover' in this)) return
    this.addEventListener('pointerenter', event => event.pointerType === 'mouse' && this.#openSoon())
    this.addEventListener('pointerleave', event => event.pointerType === 'mouse' && this.#closeSoon())
    this.addEventListener('focusin', event => {
      if (/** @type {Element} */ (event.target).matches(':focus-visible')) this.#openSoon()
    })
    this.addEventListener('focusout', event => {
      if (!this.contains(/** @type {Node | null} */ (event.relatedTarget))) this.close()
    })
    this.addEventListener('click', () => clearTimeout(this.#timer))
  }

  #openSoon() {
    clearTimeout(this.#timer)
    this.#isWanted = true
    if (current !== this) this.#timer = setTimeout(() => this.#open(), OPEN_DELAY)
  }

  #closeSoon() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.contains(document.activeElement) || this.close(), CLOSE_DELAY)
  }

  async #open() {
    const src = this.getAttribute('src') ?? ''
    if (!cards.has(src)) cards.set(src, fetchCard(src))
    const html = await cards.get(src)
    if (!html) cards.delete(src)
    if (!html || !this.#isWanted || !this.isConnected) return
    current?.close()
    current = this
    this.card ??= this.#build(html)
    this.card.showPopover()
    this.#place()
  }

  /** @param {string} html From this server, escaped by its templates. */
  #build(html) {
    const card = document.createElement('div')
    card.className = 'card'
    card.popover = 'manual'
    card.setAttribute('role', 'group')
    card.setAttribute('aria-label', this.querySelector('a')?.textContent?.trim() ?? '')
    card.innerHTML = html
    this.append(card)
    return card
  }

  /** Below the link if there is room, else above; always within the width of the window. */
  #place() {
    const card = /** @type {HTMLElement} */ (this.card)
    const link = this.getBoundingClientRect()
    const width = document.documentElement.clientWidth
    const start = getComputedStyle(this).direction === 'rtl' ? link.right - card.offsetWidth : link.left
    const left = Math.max(8, Math.min(start, width - card.offsetWidth - 8))
    const below = link.bottom + GAP
    const fits = below + card.offsetHeight <= innerHeight || link.top < card.offsetHeight + GAP
    card.style.left = `${left + scrollX}px`
    card.style.top = `${(fits ? below : link.top - GAP - card.offsetHeight) + scrollY}px`
  }

  close() {
    clearTimeout(this.#timer)
    this.#isWanted = false
    if (current === this) current = undefined
    this.card?.hidePopover()
  }

  /** Closes on Escape, and moves the focus from the card to the link. */
  dismiss() {
    if (this.card?.contains(document.activeElement)) this.querySelector('a')?.focus()
    this.close()
  }
}

/** @param {string} src */
async function fetchCard(src) {
  try {
    const response = await fetch(src, { headers: { accept: 'text/html' } })
    return response.ok ? await response.text() : ''
  } catch {
    return ''
  }
}

document.addEventListener('keydown', event => event.key === 'Escape' && current?.dismiss())
customElements.define('profile-card', ProfileCard)
