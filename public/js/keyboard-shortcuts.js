/**
 * <keyboard-shortcuts list close settings on off>: single keys for what one does most. They do nothing in fields, with
 * Ctrl, Alt or ⌘, while an input method composes, and while a dialog or a menu is open; the settings turn them off, and then
 * the element is not there. `?` shows the list of the page `list` in a dialog.
 */
const TOGETHER = 1_500 // milliseconds between the g and the key after it
const places = /** @type {Record<string, string>} */ ({ h: '/', n: '/notifications', m: '/messages' })
const fields = 'input, textarea, select, dialog, [role=listbox]'
const isPlainKey = /^[ -~]$|^Enter$/

/** The key, as it is on a Latin keyboard where another script is typed. @param {KeyboardEvent} event */
function keyOf({ key, code, shiftKey }) {
  const latin = isPlainKey.test(key) ? key : /^Key[A-Z]$/.test(code) ? code.slice(3) : ''
  return shiftKey || latin === 'Enter' ? latin : latin.toLowerCase()
}

/** @param {KeyboardEvent} event */
function isTaken({ target, defaultPrevented, isComposing, ctrlKey, metaKey, altKey }) {
  if (defaultPrevented || isComposing || ctrlKey || metaKey || altKey) return true
  const isField = target instanceof HTMLElement && (target.closest(fields) || target.isContentEditable)
  return Boolean(isField || document.querySelector('dialog[open], .menu[open]'))
}

/** @param {string} selector @param {ParentNode} [within] */
function visible(selector, within = document) {
  const found = /** @type {HTMLElement[]} */ ([...within.querySelectorAll(selector)])
  return found.find(element => element.checkVisibility())
}

/** Posts and notifications as one reads them, and the links to more of them. */
function items() {
  const stops = 'main .post, main .notification, main .more-replies a, main .pagination [rel=next]'
  const found = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(stops)])
  return found.filter(item => item.checkVisibility())
}

/** What the keys are about: where the focus is, or the post of the page. @returns {HTMLElement | null} */
function current() {
  return document.activeElement?.closest('.post, .notification') ?? document.querySelector('.post.permalink')
}

/** @param {1 | -1} step */
function move(step) {
  const all = items()
  const at = all.findIndex(item => item.contains(document.activeElement))
  const { scrollPaddingTop } = getComputedStyle(document.documentElement)
  const isBelow = (/** @type {HTMLElement} */ item) =>
    item.getBoundingClientRect().bottom > Number.parseFloat(scrollPaddingTop)
  const next = at >= 0 ? all[at + step] : step > 0 ? all.find(isBelow) : all.findLast(item => !isBelow(item))
  if (!next) return
  if (!next.matches('a')) next.tabIndex = -1
  describe(next)
  next.focus({ preventScroll: true })
  // Clear of what is sticky, by the page's scroll-padding.
  next.scrollIntoView({ block: 'nearest' })
}

/** A post is read with its words or what they are folded behind, not by its author alone. @param {HTMLElement} item */
function describe(item) {
  const words = visible('.content, summary:not(.action)', item)
  if (!words || !item.id) return
  words.id ||= `${item.id}-words`
  item.setAttribute('aria-describedby', words.id)
}

/** @param {string} selector */
function press(selector) {
  const item = current()
  const control = item && visible(selector, item)
  control?.click()
  return control
}

class KeyboardShortcuts extends HTMLElement {
  #isGoing = false
  #timer = 0
  /** @type {HTMLDialogElement | null} */
  #dialog = null

  announcer = document.createElement('p')

  connectedCallback() {
    this.announcer.className = 'hidden'
    this.announcer.setAttribute('role', 'status')
    this.append(this.announcer)
    document.addEventListener('keydown', event => this.#onKeydown(event))
  }

  /** @param {KeyboardEvent} event */
  #onKeydown(event) {
    if (isTaken(event)) return
    const key = keyOf(event)
    const action = this.#isGoing ? this.#goTo(key) : this.#actionOf(key, event)
    if (!action) return
    event.preventDefault()
    if (!event.repeat || key === 'j' || key === 'k') action()
  }

  /** @param {string} key */
  #goTo(key) {
    if (key === 'g') return () => this.#go()
    this.#isGoing = false
    const path = places[key]
    return path ? () => location.assign(path) : null
  }

  /** @param {string} key @param {KeyboardEvent} event @returns {(() => void) | null} */
  #actionOf(key, { target }) {
    const isOnItem = target instanceof HTMLElement && target.matches('.opens, .notification')
    const actions = /** @type {Record<string, () => void>} */ ({
      j: () => move(1),
      k: () => move(-1),
      // Where one may not reply, the link to the reason.
      r: () => void press('.actions > a'),
      l: () => this.#press('like'),
      b: () => this.#press('bookmark'),
      n: () => this.#write(),
      '/': () => this.#search(),
      g: () => this.#go(),
      '?': () => void this.#show(),
      // A link or button in the post has its own.
      ...(isOnItem && { Enter: () => void press('.timestamp, p a[href^="/notifications/"]') }),
    })
    return actions[key] ?? null
  }

  /** Says the new state of a button that does not have the focus. @param {'like' | 'bookmark'} verb */
  #press(verb) {
    const button = press(`[data-verb=${verb}]`)
    const isDone = button?.getAttribute('aria-pressed') === 'true'
    if (button) this.announcer.textContent = `${button.title}: ${this.getAttribute(isDone ? 'on' : 'off')}`
  }

  #write() {
    const words = visible('form[action="/posts"] textarea')
    if (words) words.focus()
    else location.assign('/posts/new')
  }

  #search() {
    const box = visible('input[type=search]')
    if (box instanceof HTMLInputElement) box.select()
    else location.assign('/search')
  }

  #go() {
    this.#isGoing = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => (this.#isGoing = false), TOGETHER)
  }

  async #show() {
    this.#dialog ??= await this.#load()
    if (this.#dialog) this.#dialog.showModal()
    else location.assign(String(this.getAttribute('list')))
  }

  /** Null where the list cannot be fetched: the page itself is shown then, or says why. */
  async #load() {
    const response = await fetch(String(this.getAttribute('list')), {
      headers: { accept: 'text/html' },
    }).catch(() => null)
    if (!response?.ok || response.redirected) return null
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    const list = page.querySelector('.shortcuts')
    return list && this.#dialogOf(page.querySelector('h1')?.textContent ?? '', list)
  }

  /** @param {string} title @param {Element} list */
  #dialogOf(title, list) {
    const dialog = document.createElement('dialog')
    const [heading, off, form, close] = ['h2', 'a', 'form', 'button'].map(name =>
      document.createElement(name),
    )
    if (!heading || !off || !form || !close) return null
    heading.id = 'shortcuts-title'
    heading.textContent = title
    off.textContent = this.getAttribute('settings')
    off.setAttribute('href', String(this.getAttribute('list')))
    form.setAttribute('method', 'dialog')
    close.className = 'button small quiet'
    close.setAttribute('autofocus', '')
    close.textContent = this.getAttribute('close')
    form.append(off, close)
    dialog.className = 'keys'
    dialog.setAttribute('aria-labelledby', heading.id)
    dialog.append(heading, list, form)
    // A press beside it closes it, too.
    dialog.addEventListener('click', event => event.target === dialog && dialog.close())
    document.body.append(dialog)
    return dialog
  }
}

customElements.define('keyboard-shortcuts', KeyboardShortcuts)
