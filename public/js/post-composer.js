/**
 * <post-composer limit draft original left left-one over over-one most>: counts characters, saves a draft, submits
 * once, and submits on Ctrl/⌘+Enter; in messages also on Enter, if the checkbox says so. Its choice is this browser's: at
 * first Enter sends where there is a mouse, and so most likely a keyboard with Shift.
 *
 * A draft is stored in localStorage under the person's id and the form's address. Submitting only marks it as sent; it is
 * deleted on the next page that confirms the save ([data-saved]). So it survives an error, an expired session and a lost
 * response. After a lost response it is restored with its `submission`, by which the server recognizes the same post.
 *
 * The pictures of a box are its post-pictures's: they are part of the draft, and the form waits for uploads under way.
 *
 * Where the form has a template for one, a button adds boxes for further posts of a thread, up to `most` in all.
 *
 * @typedef {{ text: string, more?: string[], pictures?: import('./post-pictures.js').Pictures[], options?: Record<string, string>, original: string, submission?: string, sent?: boolean }} Draft
 */
const PREFIX = 'draft:'
const WARN_AT = 20 // characters left from which the counter is shown and announced
const RETRY_AFTER = 10_000 // milliseconds after which a cancelled submission may be tried again
/** @type {Intl.Segmenter | undefined} Slow to create on phones, so created on first use. */
let segmenter

/** The number of graphemes of the trimmed text, as the server counts them. @param {string} text */
const lengthOf = text => {
  const trimmed = text.trim()
  return trimmed ? [...(segmenter ??= new Intl.Segmenter()).segment(trimmed)].length : 0
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
  /** Without a draft where storage is full or forbidden. @param {string} key @param {Draft | null} draft */
  write(key, draft) {
    try {
      if (draft) localStorage.setItem(PREFIX + key, JSON.stringify(draft))
      else localStorage.removeItem(PREFIX + key)
    } catch {}
  },
  deleteSent() {
    try {
      const keys = Object.keys(localStorage).filter(key => key.startsWith(PREFIX))
      for (const key of keys.map(key => key.slice(PREFIX.length)))
        if (this.read(key)?.sent) this.write(key, null)
    } catch {}
  },
}

/** Nothing is chosen where storage is forbidden. */
const enterChoice = {
  /** @returns {boolean | null} */
  read() {
    try {
      const choice = localStorage.getItem('enter-sends')
      return choice === null ? null : choice === 'yes'
    } catch {
      return null
    }
  },
  /** @param {boolean} sends */
  write(sends) {
    try {
      localStorage.setItem('enter-sends', sends ? 'yes' : 'no')
    } catch {}
  },
}

class PostComposer extends HTMLElement {
  #isSubmitting = false
  #announced = ''
  #key = this.getAttribute('draft') ?? ''
  #original = this.getAttribute('original') ?? ''

  form = /** @type {HTMLFormElement} */ (this.querySelector('form'))
  textarea = /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea'))
  button = /** @type {HTMLButtonElement} */ (this.querySelector('.send button'))
  submission = /** @type {HTMLInputElement | null} */ (this.querySelector('[name=submission]'))
  newSubmission = this.submission?.value
  enterSends = /** @type {HTMLInputElement | null} */ (this.querySelector('.enter-sends input'))
  template = /** @type {HTMLTemplateElement | null} */ (this.querySelector('.further-box'))
  further = this.querySelector('.further')
  another = /** @type {HTMLButtonElement | null} */ (this.querySelector('.another'))
  /** The box that is counted: where one writes. */
  active = this.textarea
  counter = document.createElement('span')
  announcer = document.createElement('span')

  connectedCallback() {
    this.#addCounter()
    this.#nameAnother()
    this.#restore()
    this.#count()
    this.#offerEnter()
    this.#nameAudience()
    this.form.addEventListener('input', event => this.#onInput(event))
    this.form.addEventListener('focusin', event => this.#onFocus(event))
    this.form.addEventListener('click', event => this.#onClick(event))
    this.form.addEventListener('keydown', event => this.#onKeydown(event))
    this.addEventListener('submit', event => this.#onSubmit(event))
    addEventListener('pageshow', () => this.#onReturn())
  }

  /** The boxes that the form sends, the first among them. */
  get boxes() {
    return /** @type {HTMLTextAreaElement[]} */ ([...this.form.querySelectorAll('textarea[name^=body]')])
  }

  /** Of each box one, if the form takes pictures. */
  get pictureFields() {
    return /** @type {import('./post-pictures.js').PostPictures[]} */ ([
      ...this.form.querySelectorAll('post-pictures:defined'),
    ])
  }

  get isBlank() {
    return (
      this.boxes.every(box => box.value.trim() === '') && this.pictureFields.every(({ isEmpty }) => isEmpty)
    )
  }

  /** On a phone the button is an icon, and its name a tooltip. */
  #nameAnother() {
    const { another } = this
    if (another) another.title = another.querySelector('.adding')?.textContent ?? ''
  }

  /** @param {string} [text] */
  #addBox(text = '') {
    const copy = this.template?.content.cloneNode(true)
    if (!copy || !this.further) return null
    this.further.append(copy)
    const box = /** @type {HTMLTextAreaElement} */ (this.boxes.at(-1))
    box.value = text
    this.#number()
    return box
  }

  /** Names the further boxes in their order. */
  #number() {
    const pattern = this.template?.content.querySelector('label')?.textContent ?? ''
    for (const [index, box] of this.boxes.slice(1).entries()) {
      box.id = box.name = `body${index + 2}`
      const place = box.closest('.box')
      for (const kind of ['images', 'files']) {
        const field = /** @type {HTMLInputElement | null} */ (place?.querySelector(`[name^=${kind}]`))
        if (field) field.name = `${kind}${index + 2}`
        if (field && kind === 'files') field.id = field.name
      }
      place?.querySelector('.chooser label')?.setAttribute('for', `files${index + 2}`)
      const label = box.parentElement?.querySelector('label')
      if (!label) continue
      label.htmlFor = box.id
      label.textContent = pattern.replace('{number}', String(index + 2))
    }
    if (this.another) this.another.hidden = this.boxes.length >= Number(this.getAttribute('most'))
  }

  /** @param {HTMLTextAreaElement} box */
  #removeBox(box) {
    const before = this.boxes[this.boxes.indexOf(box) - 1] ?? this.textarea
    box.parentElement?.remove()
    this.#number()
    before.focus()
    this.#saveDraft(false)
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const button = event.target instanceof Element && event.target.closest('button')
    if (!button) return
    if (button === this.another) {
      event.preventDefault()
      this.#addBox()?.focus()
    }
    const box = button.matches('.box > .remove') && button.parentElement?.querySelector('textarea')
    if (box) this.#removeBox(box)
  }

  /** @param {FocusEvent} event */
  #onFocus({ target }) {
    const box = this.boxes.find(box => box === target)
    if (!box || box === this.active) return
    this.active = box
    this.#count()
  }

  #addCounter() {
    this.counter.className = 'count'
    this.counter.setAttribute('aria-hidden', 'true')
    this.announcer.className = 'hidden'
    this.announcer.setAttribute('role', 'status')
    this.button.parentElement?.prepend(this.counter, this.announcer)
  }

  /** Only into an unchanged form: text from the server or from the browser is newer than the draft. */
  #restore() {
    const draft = drafts.read(this.#key)
    if (!draft || draft.original !== this.#original || this.textarea.value !== this.#original) return
    this.textarea.value = draft.text
    if (this.boxes.length === 1) for (const text of draft.more ?? []) this.#addBox(text)
    for (const field of this.#options()) {
      field.value = draft.options?.[field.name] ?? field.value
      // What the server would not have chosen is in sight.
      const isShown = field.name === 'contentWarning' && field.value
      if (isShown) field.closest('details')?.setAttribute('open', '')
    }
    if (draft.pictures) void this.#restorePictures(draft.pictures)
    if (draft.sent && draft.submission && this.submission) this.submission.value = draft.submission
  }

  /** @param {import('./post-pictures.js').Pictures[]} pictures */
  async #restorePictures(pictures) {
    if (!this.querySelector('post-pictures')) return
    await customElements.whenDefined('post-pictures')
    for (const [index, field] of this.pictureFields.entries())
      if (pictures[index]) void field.restore(pictures[index])
  }

  /** Who may reply, and so on. */
  #options() {
    return /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */ (
      this.querySelectorAll('.options :is(select, input)')
    )
  }

  /** @param {Event} event */
  #onInput({ target }) {
    if (this.submission && this.newSubmission) this.submission.value = this.newSubmission
    this.active = this.boxes.find(box => box === target) ?? this.active
    this.#saveDraft(false)
    this.#count()
  }

  /** @param {boolean} sent */
  #saveDraft(sent) {
    const [text = '', ...more] = this.boxes.map(box => box.value)
    const fields = this.pictureFields
    const isSame = text === this.#original && more.length === 0 && !fields.some(({ isChanged }) => isChanged)
    if (this.isBlank || isSame) return drafts.write(this.#key, null)
    const pictures = fields.map(field => field.pictures)
    const options = Object.fromEntries([...this.#options()].map(({ name, value }) => [name, value]))
    const submission = this.submission?.value
    drafts.write(this.#key, { text, more, pictures, options, original: this.#original, submission, sent })
  }

  /** Grows the boxes in browsers without `field-sizing`. */
  #grow() {
    if (CSS.supports('field-sizing', 'content')) return
    for (const box of this.boxes) {
      box.style.blockSize = 'auto'
      box.style.blockSize = `${box.scrollHeight}px`
    }
  }

  #count() {
    this.#grow()
    const left = Number(this.getAttribute('limit')) - lengthOf(this.active.value)
    const isNear = left <= WARN_AT
    this.counter.textContent = isNear ? String(left).replace('-', '−') : ''
    this.counter.classList.toggle('over', left < 0)
    this.active.classList.toggle('over', left < 0)
    // Announced when the warning starts and when the limit is crossed, not for every character.
    const stage = left < 0 ? 'over' : isNear ? 'left' : ''
    if (stage === this.#announced) return
    this.#announced = stage
    const count = Math.abs(left)
    const sentence = stage && this.getAttribute(count === 1 ? `${stage}-one` : stage)
    this.announcer.textContent = sentence ? sentence.replace('{count}', String(count)) : ''
  }

  #offerEnter() {
    const { enterSends } = this
    if (!enterSends) return
    enterSends.checked = enterChoice.read() ?? matchMedia('(hover: hover) and (pointer: fine)').matches
    enterSends.addEventListener('change', () => enterChoice.write(enterSends.checked))
  }

  /** The line of the options says who may reply. */
  #nameAudience() {
    const select = /** @type {HTMLSelectElement | null} */ (this.querySelector('[name=repliesFrom]'))
    const line = this.querySelector('.chosen')
    const show = () => {
      if (select && line) line.textContent = select.selectedOptions[0]?.text ?? ''
    }
    select?.addEventListener('change', show)
    show()
  }

  /** @param {KeyboardEvent} event */
  #onKeydown(event) {
    const { target } = event
    if (!(target instanceof HTMLTextAreaElement)) return
    const isBox = this.boxes.includes(target) && this.further?.contains(target)
    if (event.key === 'Backspace' && target.value === '' && isBox) {
      event.preventDefault()
      this.#removeBox(target)
    }
    const isSending =
      event.ctrlKey || event.metaKey || (this.enterSends?.checked && !event.shiftKey && !event.altKey)
    if (event.key !== 'Enter' || !isSending || event.isComposing) return
    event.preventDefault()
    this.form.requestSubmit(this.button)
  }

  /** @param {Event} event */
  #onSubmit(event) {
    if (event.defaultPrevented) return
    if (this.#isSubmitting || this.isBlank) {
      event.preventDefault()
      this.textarea.focus()
      return
    }
    if (this.pictureFields.some(({ isSending, hasFailed }) => isSending || hasFailed)) {
      event.preventDefault()
      void this.#sendLater(/** @type {SubmitEvent} */ (event))
      return
    }
    this.#saveDraft(true)
    if (drafts.read(this.#key)) history.replaceState({ sent: this.#key }, '')
    this.#setSubmitting(true)
    setTimeout(() => this.#setSubmitting(false), RETRY_AFTER)
  }

  /** Sends the form when its uploads have arrived. @param {SubmitEvent} event */
  async #sendLater({ submitter }) {
    this.#setSubmitting(true)
    const settled = await Promise.all(this.pictureFields.map(field => field.settle()))
    this.#setSubmitting(false)
    if (settled.every(Boolean)) this.form.requestSubmit(/** @type {HTMLButtonElement | null} */ (submitter))
  }

  /** @param {boolean} isSubmitting */
  #setSubmitting(isSubmitting) {
    this.#isSubmitting = isSubmitting
    this.button.setAttribute('aria-busy', String(isSubmitting))
  }

  /** After Back to a page that submitted a post: if the post is saved (its draft is deleted), the page is outdated. */
  #onReturn() {
    this.#setSubmitting(false)
    if (history.state?.sent !== this.#key) return
    history.replaceState(null, '')
    if (drafts.read(this.#key)) return
    this.form.reset()
    location.reload()
  }
}

if (document.querySelector('[data-saved]')) drafts.deleteSent()
customElements.define('post-composer', PostComposer)
