/**
 * <offline-form message>: before the form inside is sent, asks whether the server can be reached. If it cannot, the
 * page stays, with every word on it, and says so; pressing the button again asks again.
 */
const PATIENCE = 4000 // milliseconds

class OfflineForm extends HTMLElement {
  #passed = false
  #asking = false

  connectedCallback() {
    this.addEventListener('submit', event => this.#submit(/** @type {SubmitEvent} */ (event)))
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target)
    if (event.defaultPrevented || form.method !== 'post') return
    if (this.#passed || !typed(form)) {
      this.#passed = false
      return
    }
    event.preventDefault()
    if (this.#asking) return
    this.#asking = true
    const reachable = await reach()
    this.#asking = false
    if (!reachable) return this.#say(form)
    this.querySelector('.offline')?.remove()
    this.#passed = true
    form.requestSubmit(/** @type {HTMLButtonElement | null} */ (event.submitter))
  }

  /** @param {HTMLFormElement} form */
  #say(form) {
    // A new element each time: that is what makes a screen reader say it each time.
    this.querySelector('.offline')?.remove()
    const sentence = document.createElement('p')
    sentence.className = 'offline'
    sentence.setAttribute('role', 'alert')
    form.after(sentence)
    sentence.textContent = this.getAttribute('message')
    sentence.scrollIntoView({ block: 'nearest' })
  }
}

/** @param {HTMLFormElement} form */
function typed(form) {
  return [...form.querySelectorAll('input:not([type=hidden], [type=checkbox]), textarea')].some(
    field => /** @type {HTMLInputElement} */ (field).value !== '',
  )
}

/** Any answer but a gateway's complaint will do: then somebody is there to take the form. */
async function reach() {
  if (!navigator.onLine) return false
  try {
    const signal = AbortSignal.timeout(PATIENCE)
    const { status } = await fetch('/livez', { method: 'HEAD', cache: 'no-store', signal })
    return status < 502 || status > 504
  } catch {
    return false
  }
}

customElements.define('offline-form', OfflineForm)
