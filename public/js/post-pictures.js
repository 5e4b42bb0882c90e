/**
 * <post-pictures most too-many too-large unknown failed give-up retry uploading uploaded removed moved left>: uploads the pictures of a box
 * at once, whether they are chosen, dropped or pasted, and moves and removes them without a new page. Its hidden input
 * holds their keys in order, so that the form needs no script when it is sent.
 *
 * post-composer waits for it before it sends the form, and keeps its state with the draft.
 *
 * @typedef {{ keys: string[], alts: Record<string, string> }} Pictures
 */
const MAX_BYTES = 10 * 1024 * 1024
const MAX_ALT = 1000
const WARN_AT = 50 // characters of a description left from which they are counted

export class PostPictures extends HTMLElement {
  /** @type {Set<Promise<void>>} */
  #sending = new Set()
  /** @type {Element | null} */
  #dragged = null
  input = /** @type {HTMLInputElement} */ (this.querySelector('input[type=hidden]'))
  list = /** @type {HTMLUListElement} */ (this.querySelector('.chosen-pictures'))
  status = document.createElement('p')
  problems = document.createElement('div')
  initial = ''

  connectedCallback() {
    if (this.initial) return
    this.initial = JSON.stringify(this.pictures)
    this.status.className = 'hidden'
    this.status.setAttribute('role', 'status')
    this.problems.className = 'problems'
    this.append(this.problems, this.status)
    const { scope, files } = this
    files?.addEventListener('change', () => this.#takeChosen())
    this.list.addEventListener('click', event => this.#onClick(event))
    this.list.addEventListener('input', event => this.#countAlt(event))
    scope.addEventListener('paste', event => this.#onPaste(/** @type {ClipboardEvent} */ (event)))
    for (const type of ['dragover', 'dragleave', 'drop'])
      scope.addEventListener(type, event => this.#onDrag(/** @type {DragEvent} */ (event)))
    this.list.addEventListener('dragstart', event => this.#onDragStart(event))
    this.list.addEventListener('dragend', () => this.#onDragEnd())
    this.#takeChosen() // before the script had started
  }

  /** Where one drops and pastes: the box of a further post, or the whole form. */
  get scope() {
    return /** @type {HTMLElement} */ (this.closest('.box') ?? this.closest('form'))
  }

  get files() {
    const place = this.closest('.box') ? this.scope : this.scope.querySelector('footer')
    return /** @type {HTMLInputElement | null} */ (place?.querySelector('input[type=file]'))
  }

  get items() {
    return /** @type {HTMLLIElement[]} */ ([...this.list.children])
  }

  /** @returns {Pictures} */
  get pictures() {
    const shown = this.items.flatMap(({ dataset }) => dataset['key'] ?? [])
    const alts = Object.fromEntries(
      [...this.list.querySelectorAll('textarea')].map(({ name, value }) => [name.replace('alt-', ''), value]),
    )
    return { keys: shown, alts }
  }

  /** Whether its pictures or their descriptions are others than those of the page. */
  get isChanged() {
    return JSON.stringify(this.pictures) !== this.initial
  }

  /** Whether there is a picture, or one on its way. */
  get isEmpty() {
    return this.items.length === 0
  }

  get hasFailed() {
    return this.list.querySelector('.retry') !== null
  }

  get isSending() {
    return this.#sending.size > 0
  }

  /** Waits for the uploads under way; false if one of them, or an earlier one, has failed. */
  async settle() {
    while (this.isSending) await Promise.all(this.#sending)
    const retry = /** @type {HTMLButtonElement | null} */ (this.list.querySelector('.retry'))
    retry?.focus()
    return !retry
  }

  /** Shows the pictures of a draft that are still there. @param {Pictures} draft */
  async restore({ keys, alts }) {
    if (keys.join(' ') !== this.pictures.keys.join(' ')) {
      const post = /\/posts\/(\d+)$/.exec(this.closest('form')?.action ?? '')?.[1]
      const query = new URLSearchParams({ keys: keys.join(' '), ...(post && { post }) })
      const response = await fetch(`/images/chosen?${query}`).catch(() => null)
      if (!response?.ok) return
      const shown = itemsOf(await response.text())
      const sending = this.items.filter(item => !item.dataset['key'])
      this.list.replaceChildren(...shown, ...sending)
    }
    // What was typed before the script ran is newer than the draft.
    for (const box of this.list.querySelectorAll('textarea'))
      if (box.value === box.defaultValue) box.value = alts[box.name.replace('alt-', '')] ?? box.value
    this.#changed()
  }

  #takeChosen() {
    const { files } = this
    if (!files?.files?.length) return
    const chosen = [...files.files]
    files.value = ''
    this.#add(chosen)
  }

  /** @param {File[]} files */
  #add(files) {
    this.problems.replaceChildren()
    this.querySelector('.problems[id]')?.remove()
    const room = Number(this.getAttribute('most')) - this.items.length
    if (files.length > room) this.#say(this.#text('too-many'))
    for (const file of files.slice(0, Math.max(room, 0)))
      if (!file.type.startsWith('image/')) this.#say(this.#text('unknown', { name: file.name }))
      else if (file.size > MAX_BYTES) this.#say(this.#text('too-large', { name: file.name }))
      else this.#start(file)
  }

  /** @param {File} file */
  #start(file) {
    const item = document.createElement('li')
    item.className = 'chosen-picture sending'
    const name = document.createElement('span')
    name.className = 'name'
    name.textContent = file.name
    const progress = document.createElement('progress')
    progress.setAttribute('aria-label', `${this.#text('uploading')} ${file.name}`)
    item.append(name, progress)
    this.list.append(item)
    this.status.textContent = this.#text('uploading')
    this.#track(item, file)
  }

  /** @param {HTMLLIElement} item @param {File} file */
  #track(item, file) {
    const sending = send(file, done => {
      const progress = item.querySelector('progress')
      if (progress) progress.value = done
    }).then(answer => this.#finish(item, file, answer))
    this.#sending.add(sending)
    void sending.finally(() => this.#sending.delete(sending))
  }

  /** @param {HTMLLIElement} item @param {File} file @param {{ status: number, text: string }} answer */
  #finish(item, file, { status, text }) {
    const [shown] = status === 201 ? itemsOf(text) : []
    if (shown) {
      item.replaceWith(shown)
      this.status.textContent = this.#text('uploaded')
      return this.#changed()
    }
    if (status === 422) {
      item.remove()
      return this.#say(text)
    }
    item.classList.add('failed')
    item.querySelector('progress')?.remove()
    const name = /** @type {HTMLElement} */ (item.querySelector('.name'))
    name.textContent = this.#text('failed', { name: file.name })
    const again = document.createElement('button')
    again.type = 'button'
    again.className = 'button quiet small retry'
    again.textContent = this.#text('retry')
    again.addEventListener('click', () => {
      item.remove()
      this.#start(file)
    })
    const remove = document.createElement('button')
    remove.type = 'button'
    remove.className = 'button quiet small remove'
    remove.textContent = this.#text('give-up')
    item.append(again, remove)
    this.status.textContent = name.textContent
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const button = event.target instanceof Element && event.target.closest('button')
    const item = button && button.closest('li')
    if (!button || !item || button.matches('.retry')) return
    event.preventDefault()
    if (button.matches('.remove')) return this.#remove(item)
    const beside = button.matches("[value^='earlier']")
      ? item.previousElementSibling
      : item.nextElementSibling
    if (!beside) return
    if (button.matches("[value^='earlier']")) beside.before(item)
    else beside.after(item)
    this.#tellPlace(item)
    // At the end of the list the button is not shown any more.
    const isLast = button.matches("[value^='earlier']")
      ? !item.previousElementSibling
      : !item.nextElementSibling
    const other = button.matches("[value^='earlier']") ? "[value^='later']" : "[value^='earlier']"
    const next = isLast ? item.querySelector(other) : button
    if (next instanceof HTMLElement) next.focus()
  }

  /** @param {Element} item */
  #remove(item) {
    const beside = item.nextElementSibling ?? item.previousElementSibling
    item.remove()
    this.problems.replaceChildren()
    this.status.textContent = this.#text('removed')
    const next = beside?.querySelector('.remove') ?? this.files
    if (next instanceof HTMLElement) next.focus()
    this.#changed()
  }

  /** @param {Element} item */
  #tellPlace(item) {
    const place = this.items.indexOf(/** @type {HTMLLIElement} */ (item)) + 1
    this.status.textContent = this.#text('moved', { place: String(place) })
    this.#changed()
  }

  /** @param {Event} event */
  #countAlt({ target }) {
    if (!(target instanceof HTMLTextAreaElement)) return
    const left = MAX_ALT - [...target.value.trim()].length
    const count = target.parentElement?.querySelector('.count') ?? document.createElement('small')
    count.className = 'count'
    count.classList.toggle('over', left < 0)
    count.textContent = left <= WARN_AT ? String(left).replace('-', '−') : ''
    target.after(count)
    // Announced when the warning starts and when the limit is crossed.
    if (left === WARN_AT || left === -1) this.status.textContent = this.#text('left', { count: String(left) })
  }

  /** A text that comes with a picture of it, as from an office program, stays a text. @param {ClipboardEvent} event */
  #onPaste(event) {
    const { clipboardData: data } = event
    if (event.defaultPrevented || !data?.files.length || data.types.includes('text/plain')) return
    event.preventDefault()
    this.#add([...data.files])
  }

  /** @param {DragEvent} event */
  #onDrag(event) {
    const { dataTransfer: data, type, target } = event
    if (event.defaultPrevented || !data) return
    if (this.#dragged) {
      event.preventDefault()
      const over = target instanceof Element && target.closest('.chosen-picture')
      if (type === 'dragover' && over && over !== this.#dragged && over.parentElement === this.list) {
        const isAfter =
          this.items.indexOf(/** @type {HTMLLIElement} */ (over)) >
          this.items.indexOf(/** @type {HTMLLIElement} */ (this.#dragged))
        if (isAfter) over.after(this.#dragged)
        else over.before(this.#dragged)
      }
      return
    }
    if (!data.types.includes('Files')) return
    event.preventDefault()
    const isOver = type === 'dragover'
    this.scope.classList.toggle('dropping', isOver)
    if (type === 'drop') this.#add([...data.files])
  }

  /** By its picture, because words are selected by dragging. @param {DragEvent} event */
  #onDragStart(event) {
    const { target, dataTransfer: data } = event
    if (!(target instanceof HTMLImageElement) || !data) return
    this.#dragged = target.closest('li')
    data.clearData()
    data.setData('application/x-picture', '')
    data.effectAllowed = 'move'
  }

  #onDragEnd() {
    const dragged = this.#dragged
    this.#dragged = null
    if (dragged) this.#tellPlace(dragged)
  }

  /** Writes down the order, and lets the composer save it. */
  #changed() {
    this.input.value = this.pictures.keys.join(' ')
    this.input.dispatchEvent(new Event('input', { bubbles: true }))
  }

  /** @param {string} sentence */
  #say(sentence) {
    const line = document.createElement('p')
    line.className = 'error-message'
    line.setAttribute('role', 'alert')
    const icon = /** @type {HTMLTemplateElement} */ (this.querySelector('.alert-icon')).content.cloneNode(
      true,
    )
    line.append(icon, sentence)
    this.problems.append(line)
  }

  /** @param {string} name @param {Record<string, string>} [values] */
  #text(name, values = {}) {
    const pattern = this.getAttribute(name) ?? ''
    return Object.entries(values).reduce(
      (text, [key, value]) => text.replace(`{${key}}`, () => value),
      pattern,
    )
  }
}

/** @param {string} html */
function itemsOf(html) {
  const template = document.createElement('template')
  template.innerHTML = html
  return [...template.content.querySelectorAll('li')]
}

/**
 * Status 0: it did not arrive. With XMLHttpRequest, because fetch does not tell how far an upload is.
 * @param {File} file @param {(done: number) => void} tell @returns {Promise<{ status: number, text: string }>}
 */
function send(file, tell) {
  const form = new FormData()
  form.append('files', file)
  const request = new XMLHttpRequest()
  request.open('POST', '/images')
  request.setRequestHeader('Accept', 'text/html')
  request.upload.addEventListener('progress', ({ loaded, total }) => tell(loaded / total))
  return new Promise(resolve => {
    request.addEventListener('loadend', () => resolve({ status: request.status, text: request.responseText }))
    request.send(form)
  })
}

customElements.define('post-pictures', PostPictures)
