/**
 * While one types `@su` in a composer, the people who may be meant are listed under it: arrow keys choose, Enter or Tab
 * takes, Escape closes. The text stays a textbox with a list of its own, because a textarea may not be a combobox;
 * what is chosen is said by a live region, too, since not every screen reader follows `aria-activedescendant` there.
 * Offline, or after an error, nothing is offered.
 */
const DEBOUNCE = 150 // milliseconds

const spaced = String.raw`[[\p{L}\p{N}_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]]`
/** An @ and what is typed behind it, not inside a word, an address or a link. */
const typing = new RegExp(
  String.raw`(?<!${spaced}|[@＠#＃\/]|:\/\/\S*)[@＠](?<name>[\p{L}\p{M}\p{N}_]{1,64})$`,
  'v',
)
const restOfName = /^[A-Za-z0-9_]*/

const announcer = document.createElement('p')
announcer.className = 'hidden'
announcer.setAttribute('role', 'status')
document.body.append(announcer)

let timer = 0
/** @type {AbortController | undefined} */
let request
/** @type {{ field: HTMLTextAreaElement, list: HTMLElement, start: number } | null} */
let open = null
/** The place of the @ whose list was closed by Escape. */
let refused = -1

/** @param {EventTarget | null} target @returns {HTMLTextAreaElement | null} */
function fieldOf(target) {
  return target instanceof HTMLTextAreaElement && target.closest('post-composer') ? target : null
}

/** What is typed before the caret. @param {HTMLTextAreaElement} field */
function typedIn({ value, selectionStart, selectionEnd }) {
  const found = selectionStart === selectionEnd ? typing.exec(value.slice(0, selectionStart)) : null
  return found ? { start: found.index, name: found.groups?.['name'] ?? '' } : null
}

/** @param {HTMLTextAreaElement} field */
function offerSoon(field) {
  clearTimeout(timer)
  request?.abort()
  const typed = typedIn(field)
  if (typed?.start !== refused) refused = -1
  if (!typed || typed.start === refused || !navigator.onLine) return close()
  timer = setTimeout(() => void offer(field, typed), DEBOUNCE)
}

/** @param {HTMLTextAreaElement} field @param {{ start: number, name: string }} typed */
async function offer(field, { start, name }) {
  const { signal } = (request = new AbortController())
  const [, thread = ''] = /\/posts\/(\d+)/.exec(field.form?.action ?? '') ?? []
  const html = await get(`/mentions?${new URLSearchParams({ q: name, thread })}`, signal)
  if (signal.aborted) return
  const typed = typedIn(field)
  close()
  if (html && document.activeElement === field && typed?.start === start && typed.name === name)
    show(field, start, html)
}

/** @param {string} url @param {AbortSignal} signal */
async function get(url, signal) {
  try {
    const response = await fetch(url, { headers: { accept: 'text/html' }, signal })
    return response.ok && !response.redirected ? (await response.text()).trim() : ''
  } catch {
    return ''
  }
}

/** @param {HTMLTextAreaElement} field @param {number} start @param {string} html From this server, escaped by its templates. */
function show(field, start, html) {
  field.insertAdjacentHTML('afterend', html)
  const list = /** @type {HTMLElement} */ (field.nextElementSibling)
  open = { field, list, start }
  field.setAttribute('aria-autocomplete', 'list')
  field.setAttribute('aria-haspopup', 'listbox')
  field.setAttribute('aria-controls', list.id)
  // A press takes a person, and the words keep the focus.
  list.addEventListener('pointerdown', event => event.preventDefault())
  list.addEventListener('mousedown', event => event.preventDefault())
  list.addEventListener('click', event => {
    const option = event.target instanceof Element ? event.target.closest('li') : null
    if (option) take(option)
  })
  placeBelow(field, list)
  list.scrollIntoView({ block: 'nearest' })
  announcer.textContent = list.dataset['spoken'] ?? ''
  // A name that is typed out needs no choice: Enter is a new line then, or sends.
  const name = field.value.slice(start + 1, field.selectionStart).toLowerCase()
  const options = optionsOf(list)
  if (!options.some(option => option.dataset['name']?.toLowerCase() === name)) choose(options[0])
}

/** However the boxes of the composer are laid out; a composer at the bottom has its list above it. @param {HTMLTextAreaElement} field @param {HTMLElement} list */
function placeBelow(field, list) {
  const around = list.offsetParent
  if (!around || field.closest('.compact')) return
  const { top, left } = around.getBoundingClientRect()
  const box = field.getBoundingClientRect()
  list.style.top = `${box.bottom - top}px`
  list.style.left = `${box.left - left}px`
}

/** @param {HTMLElement} list */
function optionsOf(list) {
  return /** @type {HTMLElement[]} */ ([...list.children])
}

/** @param {HTMLElement | undefined} option */
function choose(option) {
  if (!open || !option) return
  for (const each of optionsOf(open.list)) each.setAttribute('aria-selected', String(each === option))
  open.field.setAttribute('aria-activedescendant', option.id)
  announcer.textContent = option.dataset['spoken'] ?? ''
  option.scrollIntoView({ block: 'nearest' })
}

/** @param {number} step */
function move(step) {
  if (!open) return
  const options = optionsOf(open.list)
  const at = options.findIndex(option => option.getAttribute('aria-selected') === 'true')
  const from = at < 0 && step < 0 ? 0 : at
  choose(options[(from + step + options.length) % options.length])
}

function close() {
  if (!open) return
  for (const name of ['activedescendant', 'controls', 'haspopup', 'autocomplete'])
    open.field.removeAttribute(`aria-${name}`)
  open.list.remove()
  open = null
  announcer.textContent = ''
}

/** Writes the handle in place of what is typed, and of the rest of the word behind the caret. @param {HTMLElement} option */
function take(option) {
  if (!open) return
  const { field, start } = open
  const after = field.value.slice(field.selectionStart)
  const end = field.selectionStart + (restOfName.exec(after)?.[0].length ?? 0)
  const isFollowedBySpace = /^[^\S\n]/.test(field.value.slice(end))
  const handle = `@${option.dataset['name']}${isFollowedBySpace ? '' : ' '}`
  close()
  field.focus()
  field.setSelectionRange(start, end)
  // The one way that Undo takes back.
  if (!document.execCommand('insertText', false, handle)) {
    field.setRangeText(handle, start, end, 'end')
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }
  if (isFollowedBySpace) field.setSelectionRange(field.selectionStart + 1, field.selectionStart + 1)
}

/** Before the composer hears of it, where Enter may send. @param {KeyboardEvent} event */
function onKeydown(event) {
  const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event
  if (!open || event.target !== open.field || isComposing || ctrlKey || metaKey || altKey || shiftKey) return
  const chosen = optionsOf(open.list).find(option => option.getAttribute('aria-selected') === 'true')
  if (key === 'ArrowDown') move(1)
  else if (key === 'ArrowUp') move(-1)
  else if (key === 'Escape') {
    refused = open.start
    clearTimeout(timer)
    request?.abort()
    close()
  } else if ((key === 'Enter' || key === 'Tab') && chosen) take(chosen)
  else return
  event.preventDefault()
  event.stopPropagation()
}

document.addEventListener('keydown', onKeydown, true)
document.addEventListener('input', event => {
  const field = fieldOf(event.target)
  if (field && !(/** @type {InputEvent} */ (event).isComposing)) offerSoon(field)
})
document.addEventListener('compositionend', event => {
  const field = fieldOf(event.target)
  if (field) offerSoon(field)
})
// The caret that leaves the name takes the list along.
document.addEventListener('selectionchange', () => {
  if (open && typedIn(open.field)?.start !== open.start) close()
})
document.addEventListener('focusout', event => {
  if (event.target === open?.field) close()
})
