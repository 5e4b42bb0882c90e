/**
 * The buttons of posts that send form#verb (app/posts/verbs.ts): a press is sent in the background, and the answer takes
 * the place of what has data-verb around the button. What went wrong is said, and the button is as it was. A press while
 * one is on its way follows it: the last one counts.
 */
const TIMEOUT = 10_000 // milliseconds

/** Sent as the form is, because its answer is a page: the one for signing in. */
let isPlain = false

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const { target, submitter } = event
  const verb = submitter?.closest('[data-verb]')
  if (!(target instanceof HTMLFormElement) || !(submitter instanceof HTMLButtonElement) || !verb || isPlain)
    return
  event.preventDefault()
  if (verb.getAttribute('aria-busy') !== 'true') void press(verb, submitter, target)
  else if (flip(submitter)) verb.toggleAttribute('data-again')
}

/** Shows the other state of a button that has two; false for others. @param {Element} button */
function flip(button) {
  const pressed = button.getAttribute('aria-pressed')
  if (pressed !== null) button.setAttribute('aria-pressed', String(pressed !== 'true'))
  return pressed !== null
}

/** @param {Element} verb @param {HTMLButtonElement} button @param {HTMLFormElement} form */
async function press(verb, button, form) {
  flip(button)
  verb.setAttribute('aria-busy', 'true')
  const response = await send(button, form)
  // Null also if the connection ends within it.
  const answer = response?.ok ? await response.text().catch(() => null) : null
  verb.removeAttribute('aria-busy')
  const again = verb.hasAttribute('data-again')
  verb.removeAttribute('data-again')
  if (answer !== null) {
    update(verb, answer)
    if (again) button.click()
    return
  }
  if (!again) flip(button)
  if (response?.status === 401) return sendPlain(button, form)
  const problem = await response?.json().catch(() => null)
  document.dispatchEvent(new CustomEvent('say', { detail: problem?.detail ?? 'offline' }))
}

/** @param {HTMLButtonElement} button @param {HTMLFormElement} form */
async function send(button, form) {
  if (!navigator.onLine) return null
  const fields = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form, button)))
  const body = new URLSearchParams({ ...fields, fragment: '' })
  const signal = AbortSignal.timeout(TIMEOUT)
  // Problems as JSON, for their sentence.
  const headers = { accept: 'application/json' }
  return fetch(button.formAction, { method: 'POST', body, headers, signal }).catch(() => null)
}

/** @param {HTMLButtonElement} button @param {HTMLFormElement} form */
function sendPlain(button, form) {
  isPlain = true
  form.requestSubmit(button)
  isPlain = false
}

/** The element stays and becomes what was answered, so that the focus stays. @param {Element} verb @param {string} html */
function update(verb, html) {
  const template = document.createElement('template')
  template.innerHTML = html
  const now = template.content.querySelector('[data-verb]')
  if (!now) return
  const hadFocus = verb.contains(document.activeElement)
  for (const name of verb.getAttributeNames()) if (!now.hasAttribute(name)) verb.removeAttribute(name)
  for (const { name, value } of now.attributes) verb.setAttribute(name, value)
  verb.replaceChildren(...now.childNodes)
  if (hadFocus && !verb.contains(document.activeElement)) verb.querySelector('summary')?.focus()
}

document.addEventListener('submit', onSubmit)
