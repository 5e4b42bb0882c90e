/**
 * <image-viewer single nth close previous next play stop>: shows the pictures of a post over the page. Without it their links lead
 * to a page for each (/posts/42/images/1), on which it has arrows and Escape follow the links.
 */
const reduced = matchMedia('(prefers-reduced-motion: reduce)')
const icon = (/** @type {string} */ path) =>
  `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`
const markup = `<p class="place" id="viewer-place"><span></span> <bdi></bdi></p>
<button class="close" type="button">${icon('M6 6l12 12M18 6L6 18')}</button>
<ul class="slides" role="list"></ul>
<button class="previous" type="button">${icon('M15 5l-7 7 7 7')}</button>
<button class="next" type="button">${icon('M9 5l7 7-7 7')}</button>
<p class="caption" id="viewer-caption" aria-live="polite" dir="auto"></p>`

class ImageViewer extends HTMLElement {
  /** @type {HTMLAnchorElement[]} The links of the pictures that are shown. */
  #links = []
  #at = 0
  /** Where the slides are on their way to; what they pass is not told about. @type {number | null} */
  #aim = null
  /** @type {IntersectionObserver | undefined} */
  #observer

  connectedCallback() {
    document.addEventListener('click', event => this.#onClick(event))
    document.addEventListener('keydown', event => this.#onKey(event))
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event
    const link = target instanceof Element && target.closest('.images .image > a')
    if (!link || event.defaultPrevented || button > 0 || ctrlKey || metaKey || shiftKey || altKey) return
    event.preventDefault()
    this.#links = [...(link.closest('.images')?.querySelectorAll('.image > a') ?? [])].map(
      each => /** @type {HTMLAnchorElement} */ (each),
    )
    this.#open(this.#links.indexOf(/** @type {HTMLAnchorElement} */ (link)))
  }

  /** @param {number} at */
  #open(at) {
    const dialog = document.createElement('dialog')
    dialog.className = 'viewer'
    dialog.setAttribute('aria-labelledby', 'viewer-place')
    dialog.setAttribute('aria-describedby', 'viewer-caption')
    dialog.innerHTML = markup
    for (const name of ['close', 'previous', 'next']) label(dialog, name, this.getAttribute(name) ?? '')
    this.replaceChildren(dialog)
    dialog.toggleAttribute('data-single', this.#links.length === 1)
    this.#slides.append(...this.#links.map(link => this.#slideOf(link)))
    dialog.addEventListener('click', event => this.#onPress(event))
    dialog.addEventListener('close', () => this.#onClose())
    dialog.showModal()
    const author = this.#links[at]?.closest('.post')?.querySelector('.author b')?.textContent
    dialog.querySelector('bdi')?.append(author ?? '')
    this.#go(at, 'instant')
    this.#observe()
  }

  get #slides() {
    return /** @type {HTMLElement} */ (this.querySelector('.slides'))
  }

  /** The picture of a link as large as its files are, moving if it can and may. @param {HTMLAnchorElement} link */
  #slideOf(link) {
    const slide = document.createElement('li')
    slide.className = link.parentElement?.className ?? ''
    const shown = /** @type {HTMLImageElement} */ (link.querySelector('img:not(.placeholder)'))
    const image = /** @type {HTMLImageElement} */ (shown.cloneNode())
    for (const name of ['loading', 'width', 'height', 'fetchpriority']) image.removeAttribute(name)
    const largest = /(\d+)w$/.exec(image.srcset)?.[1] ?? '1600'
    image.sizes = `min(100vw, ${largest}px)`
    slide.append(image)
    const { moving } = link.dataset
    if (moving) slide.append(this.#buttonThatPlays(image, moving))
    return slide
  }

  /** @param {HTMLImageElement} image @param {string} moving */
  #buttonThatPlays(image, moving) {
    const { src, srcset } = image
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'plays'
    const play = (/** @type {boolean} */ isPlaying) => {
      image.srcset = isPlaying ? '' : srcset
      image.src = isPlaying ? moving : src
      button.textContent = this.getAttribute(isPlaying ? 'stop' : 'play')
    }
    let isPlaying = !reduced.matches
    button.addEventListener('click', () => play((isPlaying = !isPlaying)))
    play(isPlaying)
    return button
  }

  /** However the slides are moved, the one that is seen is told about. */
  #observe() {
    const seen = (/** @type {IntersectionObserverEntry[]} */ entries) => {
      const entry = entries.find(({ isIntersecting }) => isIntersecting)
      const at = entry ? [...this.#slides.children].indexOf(entry.target) : -1
      if (at < 0 || (this.#aim !== null && this.#aim !== at)) return
      this.#aim = null
      this.#show(at)
    }
    this.#observer = new IntersectionObserver(seen, { root: this.#slides, threshold: 0.6 })
    for (const slide of this.#slides.children) this.#observer.observe(slide)
    for (const type of ['pointerdown', 'wheel'])
      this.#slides.addEventListener(type, () => (this.#aim = null), { passive: true })
  }

  /** Says which picture it is and what it shows. @param {number} at */
  #show(at) {
    this.#at = at
    const [place, caption] = [this.querySelector('.place span'), this.querySelector('.caption')]
    const image = this.#slides.children[at]?.querySelector('img')
    if (!(place instanceof HTMLElement) || !(caption instanceof HTMLElement) || !image) return
    const values = { number: String(at + 1), count: String(this.#links.length) }
    const nth = this.getAttribute(this.#links.length > 1 ? 'nth' : 'single') ?? ''
    place.textContent = nth.replace(
      /\{(number|count)\}/g,
      (_, name) => values[name === 'count' ? name : 'number'],
    )
    caption.lang = this.#links[at]?.closest('[lang]')?.getAttribute('lang') ?? ''
    if (caption.textContent !== image.alt) caption.textContent = image.alt
    caption.tabIndex = caption.scrollHeight > caption.clientHeight ? 0 : -1
  }

  /** @param {number} at @param {ScrollBehavior} [behavior] */
  #go(at, behavior = reduced.matches ? 'instant' : 'smooth') {
    const aim = (at + this.#links.length) % this.#links.length
    this.#aim = aim
    this.#show(aim)
    this.#slides.children[aim]?.scrollIntoView({ behavior, block: 'nearest', inline: 'start' })
  }

  /** @param {MouseEvent} event */
  #onPress({ target }) {
    if (!(target instanceof Element)) return
    if (target.closest('.previous')) this.#go(this.#at - 1)
    else if (target.closest('.next')) this.#go(this.#at + 1)
    else if (target.closest('.close') || !target.closest('img, button, .caption'))
      this.querySelector('dialog')?.close()
  }

  #onClose() {
    // What it has seen may not have been told yet.
    this.#observer?.disconnect()
    this.replaceChildren()
    this.#links[this.#at]?.focus({ preventScroll: true })
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { key, ctrlKey, metaKey, shiftKey, altKey, target } = event
    if (event.defaultPrevented || ctrlKey || metaKey || shiftKey || altKey) return
    if (target instanceof Element && target.matches('input, textarea, select')) return
    const forward = getComputedStyle(this).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
    const step = key === forward ? 1 : key === 'ArrowLeft' || key === 'ArrowRight' ? -1 : 0
    const isOpen = this.querySelector('dialog') !== null
    if (isOpen && step) this.#go(this.#at + step)
    else if (isOpen || !followLink(key, step)) return
    event.preventDefault()
  }
}

/** On the page of a picture: to the one before or after it, or back to the post. @param {string} key @param {number} step */
function followLink(key, step) {
  const page = document.querySelector('.picture')
  if (!page || document.querySelector('dialog[open]')) return false
  const rel = step > 0 ? '[rel=next]' : step < 0 ? '[rel=prev]' : key === 'Escape' ? '.about-post a' : null
  const link = rel && page.querySelector(rel)
  if (!(link instanceof HTMLAnchorElement)) return false
  link.click()
  return true
}

/** @param {Element} dialog @param {string} name @param {string} words */
function label(dialog, name, words) {
  const button = dialog.querySelector(`.${name}`)
  button?.setAttribute('aria-label', words)
  button?.setAttribute('title', words)
}

customElements.define('image-viewer', ImageViewer)
