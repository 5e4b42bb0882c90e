/**
 * <profile-card src>: around a link to a person; shows their card beside it, on hover and on keyboard focus
 * (WCAG 1.4.13: the pointer may move onto it, Escape puts it away, it stays until one leaves).
 *
 * The card follows the link in the document, so that Tab goes from the name into the card and out on the other side.
 */
const OPEN = 450 // milliseconds of resting on a name
const CLOSE = 250 // milliseconds to get from the name to the card
const GAP = 6

/** @type {Map<string, Promise<string>>} What each address answered: asked once per page. */
const answers = new Map()
/** @type {ProfileCard | undefined} */
let current

class ProfileCard extends HTMLElement {
  #timer = 0
  #wanted = false
  /** @type {HTMLElement | undefined} */
  card

  connectedCallback() {
    if (!('popover' in this)) return
    this.addEventListener('pointerenter', event => event.pointerType === 'mouse' && this.#soon())
    this.addEventListener('pointerleave', event => event.pointerType === 'mouse' && this.#later())
    this.addEventListener('focusin', event => {
      if (/** @type {Element} */ (event.target).matches(':focus-visible')) this.#soon()
    })
    this.addEventListener('focusout', event => {
      if (!this.contains(/** @type {Node | null} */ (event.relatedTarget))) this.close()
    })
    this.addEventListener('click', () => clearTimeout(this.#timer))
  }

  #soon() {
    clearTimeout(this.#timer)
    this.#wanted = true
    if (current !== this) this.#timer = setTimeout(() => this.#show(), OPEN)
  }

  #later() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.contains(document.activeElement) || this.close(), CLOSE)
  }

  async #show() {
    const src = this.getAttribute('src') ?? ''
    if (!answers.has(src)) answers.set(src, fetchCard(src))
    const html = await answers.get(src)
    if (!html) answers.delete(src)
    if (!html || !this.#wanted || !this.isConnected) return
    current?.close()
    current = this
    this.card ??= this.#build(html)
    this.card.showPopover()
    this.#place()
  }

  /** @param {string} html From this very server, escaped by its templates. */
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

  /** Below the name if there is room, else above; never out of the window. */
  #place() {
    const card = /** @type {HTMLElement} */ (this.card)
    const name = this.getBoundingClientRect()
    const wide = document.documentElement.clientWidth
    const start = getComputedStyle(this).direction === 'rtl' ? name.right - card.offsetWidth : name.left
    const left = Math.max(8, Math.min(start, wide - card.offsetWidth - 8))
    const below = name.bottom + GAP
    const fits = below + card.offsetHeight <= innerHeight || name.top < card.offsetHeight + GAP
    card.style.left = `${left + scrollX}px`
    card.style.top = `${(fits ? below : name.top - GAP - card.offsetHeight) + scrollY}px`
  }

  close() {
    clearTimeout(this.#timer)
    this.#wanted = false
    if (current === this) current = undefined
    this.card?.hidePopover()
  }

  /** Put away by Escape; if the focus was inside, it goes back to the name. */
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
