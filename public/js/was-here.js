/**
 * <was-here user label>: says at Home where the reader was at their last visit: between what has come since and what was
 * there already. The browser remembers it, because what one has seen is nobody else's business and changes with each
 * look. A visit ends with half an hour elsewhere, so that a reload does not lose the line.
 */
const VISIT = 30 * 60_000 // milliseconds

class WasHere extends HTMLElement {
  #key = `home-seen:${this.getAttribute('user')}`
  #seen = read(this.#key)

  connectedCallback() {
    if (Date.now() - this.#seen.at > VISIT) this.#seen.mark = this.#seen.newest
    this.#draw()
    this.#remember()
    addEventListener('pagehide', () => this.#remember())
  }

  #remember() {
    const newest = [this.#seen.newest, ...[...entries()].map(timeOf)].toSorted().at(-1)
    this.#seen = { ...this.#seen, newest: newest ?? '', at: Date.now() }
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#seen))
    } catch {
      // Without a memory there is no line.
    }
  }

  /** Before the first thread without anything new, if there is something new above it. */
  #draw() {
    const { mark } = this.#seen
    if (!mark) return
    let hasNew = false
    for (const run of runs()) {
      const isNew = run.some(entry => timeOf(entry) > mark)
      if (!isNew && hasNew) return run[0]?.before(this.#line())
      hasNew ||= isNew
    }
  }

  #line() {
    const line = document.createElement('p')
    line.className = 'was-here'
    line.textContent = this.getAttribute('label')
    return line
  }
}

function entries() {
  return document.querySelectorAll('.timeline > .post')
}

/** A person's thread reads from its first post to its last. */
function runs() {
  /** @type {Element[][]} */
  const found = []
  let goesOn = false
  for (const child of document.querySelectorAll('.timeline > *')) {
    const isPost = child.matches('.post')
    if (goesOn || !isPost) found.at(-1)?.push(child)
    else found.push([child])
    goesOn = !isPost || child.matches('.above')
  }
  return found
}

/** When it came to Home. @param {Element} entry */
function timeOf(entry) {
  return entry.getAttribute('data-at') ?? entry.querySelector('time')?.dateTime ?? ''
}

/** @param {string} key @returns {{ mark: string, newest: string, at: number }} */
function read(key) {
  try {
    const { mark = '', newest = '', at = 0 } = JSON.parse(localStorage.getItem(key) ?? '{}')
    return { mark, newest, at }
  } catch {
    return { mark: '', newest: '', at: 0 }
  }
}

customElements.define('was-here', WasHere)
