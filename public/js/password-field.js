/** <password-field show hide>: adds a button that shows or hides the password. */
class PasswordField extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input')
    if (!input || this.querySelector('button')) return
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'show-password'
    button.setAttribute('aria-controls', input.id)

    /** @param {boolean} shown */
    const show = shown => {
      input.type = shown ? 'text' : 'password'
      button.textContent = this.getAttribute(shown ? 'hide' : 'show')
    }
    button.addEventListener('click', () => show(input.type === 'password'))
    // Submitted as a password, so that no browser stores it as ordinary text for autocompletion.
    input.form?.addEventListener('submit', () => show(false))
    show(false)
    this.append(button)
  }
}

customElements.define('password-field', PasswordField)
