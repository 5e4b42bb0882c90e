/** What scripts add to posts: the whole post opens it, its link can be copied, and it can be shared. */
const controls = 'a, button, summary, details, input, select, textarea, label, [popover]'
const SHOWN_FOR = 4000 // milliseconds

/** <post-share hidden>: around a button, shown where the browser can share. */
class PostShare extends HTMLElement {
  connectedCallback() {
    if (!('share' in navigator)) return
    this.hidden = false
    // Rejected, too, when the reader thinks better of it.
    this.addEventListener('click', () => navigator.share({ url: linkOf(this).href }).catch(() => {}))
  }
}

/** @param {Element} within */
function linkOf(within) {
  return /** @type {HTMLAnchorElement} */ (within.closest('.post')?.querySelector('.timestamp'))
}

/** The post that a press there opens; none on something that does more, or at the end of selecting text. @param {MouseEvent} event */
function postUnder({ target, altKey }) {
  const post = target instanceof Element && !target.closest(controls) ? target.closest('.opens') : null
  return altKey || String(getSelection()) ? null : post
}

/** As a click on its time does, in a new tab if that is asked for. @param {MouseEvent} event */
function openPost(event) {
  const post = event.defaultPrevented || event.button > 1 ? null : postUnder(event)
  if (!post) return
  const isMiddle = event.button === 1
  const [ctrlKey, metaKey] = [event.ctrlKey || isMiddle, event.metaKey || isMiddle]
  const { shiftKey } = event
  linkOf(post).dispatchEvent(new MouseEvent('click', { cancelable: true, ctrlKey, metaKey, shiftKey }))
}

/** @param {MouseEvent} event */
function copyLink(event) {
  const { target, ctrlKey, metaKey, shiftKey } = event
  const link = target instanceof Element && target.closest('.copy-link')
  if (!(link instanceof HTMLAnchorElement) || ctrlKey || metaKey || shiftKey) return
  event.preventDefault()
  void copy(link.href).then(isCopied => (isCopied ? say('copied') : location.assign(link.href)))
}

/** The clipboard API exists on https and localhost only. @param {string} text @returns {Promise<boolean>} */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const put = (/** @type {ClipboardEvent} */ event) => {
      event.clipboardData?.setData('text/plain', text)
      event.preventDefault()
    }
    document.addEventListener('copy', put, { once: true })
    return document.execCommand('copy')
  }
}

let timer = 0
/** Shows a sentence for a while, and has it read aloud. @param {string} sentence one of the page by its name, or its words */
function say(sentence) {
  const toast = document.querySelector('.toast')
  if (!(toast instanceof HTMLElement)) return
  clearTimeout(timer)
  toast.textContent = toast.dataset[sentence] ?? sentence
  timer = setTimeout(() => toast.replaceChildren(), SHOWN_FOR)
}

document.addEventListener('click', copyLink)
document.addEventListener('say', event => say(/** @type {CustomEvent<string>} */ (event).detail))
document.addEventListener('click', openPost)
document.addEventListener('auxclick', openPost)
// Else the middle button begins to scroll on some systems.
document.addEventListener(
  'mousedown',
  event => event.button === 1 && postUnder(event) && event.preventDefault(),
)
customElements.define('post-share', PostShare)
