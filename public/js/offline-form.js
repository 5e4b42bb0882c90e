/**
 * <offline-form message>: before its form is submitted, checks that the server can be reached. If not, the page stays
 * as it is and shows the message; submitting again checks again.
 */
const TIMEOUT = 4000 // milliseconds

class OfflineForm extends HTMLElement {
  #isChecked = false
  #isChecking = false

  connectedCallback() {
    this.addEventListener('submit', event => this.#submit(/** @type {SubmitEvent} */ (event)))
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target)
    if (event.defaultPrevented || form.method !== 'post') return
    if (this.#isChecked || !hasInput(form)) {
      this.#isChecked = false
      return
    }
    event.preventDefault()
    if (this.#isChecking) return
    this.#isChecking = true
    const isReachable = await canReachServer()
    this.#isChecking = false
    if (!isReachable) return this.#showMessage(form)
    this.querySelector('.offline')?.remove()
    this.#isChecked = true
    form.requestSubmit(/** @type {HTMLButtonElement | null} */ (event.submitter))
  }

  /** @param {HTMLFormElement} form */
  #showMessage(form) {
    // A new element each time, so that screen readers announce it each time.
    this.querySelector('.offline')?.remove()
    const message = document.createElement('p')
    message.className = 'offline'
    message.setAttribute('role', 'alert')
    form.after(message)
    message.textContent = this.getAttribute('message')
    message.scrollIntoView({ block: 'nearest' })
  }
}

/** @param {HTMLFormElement} form */
function hasInput(form) {
  return [...form.querySelectorAll('input:not([type=hidden], [type=checkbox]), textarea')].some(
    field => /** @type {HTMLInputElement} */ (field).value !== '',
  )
}

/** Any response but a gateway's error (502 to 504) means that the server is there. */
async function canReachServer() {
  if (!navigator.onLine) return false
  try {
    const signal = AbortSignal.timeout(TIMEOUT)
    const { status } = await fetch('/livez', { method: 'HEAD', cache: 'no-store', signal })
    return status < 502 || status > 504
  } catch {
    return false
  }
}

customElements.define('offline-form', OfflineForm)
