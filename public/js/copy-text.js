/** <copy-text copy copied>: adds a button that copies the value of its input. */
class CopyText extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector('input')
    if (!input || this.querySelector('button')) return
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'button quiet small'
    button.textContent = this.getAttribute('copy')
    button.addEventListener('click', async () => {
      input.select()
      await copy(input.value)
      button.textContent = this.getAttribute('copied')
    })
    input.addEventListener('focus', () => input.select())
    if (document.activeElement === input) input.select()
    button.setAttribute('aria-live', 'polite')
    this.append(button)
  }
}

/**
 * The clipboard API exists on https and localhost only; elsewhere the selection is copied.
 * @param {string} text
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    document.execCommand('copy')
  }
}

customElements.define('copy-text', CopyText)
