/**
 * <post-composer limit draft original left left-one over over-one>: counts, keeps a draft, sends once, Ctrl/⌘+Enter.
 *
 * A draft lives in localStorage under the person's id and the form's address. Sending marks it as sent, no more: only a
 * page that says the server took a post ([data-kept]) clears it. So it outlives an error, a lost session and a lost answer;
 * in the last case it comes back with its `submission`, by which the server knows that it has that post already.
 *
 * @typedef {{ text: string, original: string, submission?: string, sent?: boolean }} Draft
 */
const PREFIX = 'draft:'
const NEAR = 20 // graphemes left when the counter begins to speak
const STUCK = 10_000 // milliseconds after which a cancelled sending may be tried again
/** @type {Intl.Segmenter | undefined} It takes a phone a while, so it is made with the first word. */
let segmenter

/** Graphemes, as the server counts them: trimmed. @param {string} text */
const lengthOf = text => {
  const words = text.trim()
  return words ? [...(segmenter ??= new Intl.Segmenter()).segment(words)].length : 0
}

const drafts = {
  /** @param {string} key @returns {Draft | null} */
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key) ?? 'null')
    } catch {
      return null
    }
  },
  /** Storage may be full or forbidden; then there simply is no draft. @param {string} key @param {Draft | null} draft */
  write(key, draft) {
    try {
      if (draft) localStorage.setItem(PREFIX + key, JSON.stringify(draft))
      else localStorage.removeItem(PREFIX + key)
    } catch {}
  },
  forgetSent() {
    try {
      const keys = Object.keys(localStorage).filter(key => key.startsWith(PREFIX))
      for (const key of keys.map(key => key.slice(PREFIX.length)))
        if (this.read(key)?.sent) this.write(key, null)
    } catch {}
  },
}

class PostComposer extends HTMLElement {
  #sending = false
  #spoken = ''
  #key = this.getAttribute('draft') ?? ''
  #original = this.getAttribute('original') ?? ''

  form = /** @type {HTMLFormElement} */ (this.querySelector('form'))
  words = /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea'))
  button = /** @type {HTMLButtonElement} */ (this.querySelector('button'))
  token = /** @type {HTMLInputElement | null} */ (this.querySelector('[name=submission]'))
  fresh = this.token?.value
  counter = document.createElement('span')
  speaker = document.createElement('span')

  connectedCallback() {
    this.#addCounter()
    this.#restore()
    this.#count()
    this.words.addEventListener('input', () => this.#typed())
    this.words.addEventListener('keydown', event => this.#shortcut(event))
    this.addEventListener('submit', event => this.#submit(event))
    addEventListener('pageshow', () => this.#back())
  }

  #addCounter() {
    this.counter.className = 'count'
    this.counter.setAttribute('aria-hidden', 'true')
    this.speaker.className = 'hidden'
    this.speaker.setAttribute('role', 'status')
    this.button.before(this.counter, this.speaker)
  }

  /** Only into an untouched form: what the server sent back, or the browser kept, is newer than any draft. */
  #restore() {
    const draft = drafts.read(this.#key)
    if (!draft || draft.original !== this.#original || this.words.value !== this.#original) return
    this.words.value = draft.text
    if (draft.sent && draft.submission && this.token) this.token.value = draft.submission
  }

  #typed() {
    if (this.token && this.fresh) this.token.value = this.fresh
    this.#keep(false)
    this.#count()
  }

  /** @param {boolean} sent */
  #keep(sent) {
    const text = this.words.value
    if (text.trim() === '' || text === this.#original) return drafts.write(this.#key, null)
    drafts.write(this.#key, { text, original: this.#original, submission: this.token?.value, sent })
  }

  /** For browsers without `field-sizing`. */
  #grow() {
    if (CSS.supports('field-sizing', 'content')) return
    this.words.style.blockSize = 'auto'
    this.words.style.blockSize = `${this.words.scrollHeight}px`
  }

  #count() {
    this.#grow()
    const left = Number(this.getAttribute('limit')) - lengthOf(this.words.value)
    const near = left <= NEAR
    this.counter.textContent = near ? String(left).replace('-', '−') : ''
    this.counter.classList.toggle('over', left < 0)
    this.words.toggleAttribute('data-over', left < 0)
    // Said at the first word of warning and when the limit is crossed, not at every letter.
    const stage = left < 0 ? 'over' : near ? 'left' : ''
    if (stage === this.#spoken) return
    this.#spoken = stage
    const count = Math.abs(left)
    const sentence = stage && this.getAttribute(count === 1 ? `${stage}-one` : stage)
    this.speaker.textContent = sentence ? sentence.replace('{count}', String(count)) : ''
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return
    event.preventDefault()
    this.form.requestSubmit(this.button)
  }

  /** @param {Event} event */
  #submit(event) {
    if (event.defaultPrevented) return
    if (this.#sending || this.words.value.trim() === '') {
      event.preventDefault()
      this.words.focus()
      return
    }
    this.#keep(true)
    if (drafts.read(this.#key)) history.replaceState({ sent: this.#key }, '')
    this.#busy(true)
    setTimeout(() => this.#busy(false), STUCK)
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.#sending = busy
    this.button.setAttribute('aria-busy', String(busy))
  }

  /** Back on a page that sent its words: if they are out by now (their draft is gone), the page is out of date. */
  #back() {
    this.#busy(false)
    if (history.state?.sent !== this.#key) return
    history.replaceState(null, '')
    if (drafts.read(this.#key)) return
    this.form.reset()
    location.reload()
  }
}

if (document.querySelector('[data-kept]')) drafts.forgetSent()
customElements.define('post-composer', PostComposer)
