/** <password-field show hide>: adds a button that shows what is being typed. Without scripts there is none. */
class PasswordField extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input')
    if (!input || this.querySelector('button')) return
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'reveal'
    button.setAttribute('aria-controls', input.id)

    /** @param {boolean} shown */
    const show = shown => {
      input.type = shown ? 'text' : 'password'
      button.textContent = this.getAttribute(shown ? 'hide' : 'show')
    }
    button.addEventListener('click', () => show(input.type === 'password'))
    // Sent as a password again, so that no browser remembers it among ordinary words.
    input.form?.addEventListener('submit', () => show(false))
    show(false)
    this.append(button)
  }
}

customElements.define('password-field', PasswordField)
