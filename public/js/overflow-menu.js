/**
 * details.menu: closes by Escape, which returns the focus, by a press elsewhere, by one of its links and by Tab; opens
 * upwards where there is no room below. Without the script, its summary opens and closes it.
 */
const controls = 'a, button, summary, input, select, textarea, label'

/** @returns {HTMLDetailsElement | null} */
function opened() {
  return document.querySelector('.menu[open]')
}

/** A focus that would be lost goes back to the summary. @param {HTMLDetailsElement} menu */
function close(menu) {
  const hadFocus = menu.contains(document.activeElement)
  menu.open = false
  if (hadFocus) menu.querySelector('summary')?.focus()
}

/** @param {HTMLDetailsElement} menu */
function place(menu) {
  const list = /** @type {HTMLElement} */ (menu.querySelector('ul'))
  menu.classList.remove('up')
  const { bottom, height } = list.getBoundingClientRect()
  const { scrollMarginTop, scrollMarginBottom } = getComputedStyle(list)
  const fitsBelow = bottom + Number.parseFloat(scrollMarginBottom) <= innerHeight
  const fitsAbove = menu.getBoundingClientRect().top - height >= Number.parseFloat(scrollMarginTop)
  menu.classList.toggle('up', !fitsBelow && fitsAbove)
}

document.addEventListener('toggle', ({ target }) => target === opened() && place(opened()), true)
document.addEventListener('keydown', event => {
  const menu = opened()
  if (event.key !== 'Escape' || !menu) return
  menu.open = false
  menu.querySelector('summary')?.focus()
})
// By keyboard; a press moves the focus, too, and is heard below.
document.addEventListener('focusin', event => {
  const [menu, target] = [opened(), /** @type {Element} */ (event.target)]
  if (menu && !menu.contains(target) && target.matches(':focus-visible')) menu.open = false
})
document.addEventListener(
  'click',
  event => {
    const [menu, target] = [opened(), /** @type {Element} */ (event.target)]
    if (!menu) return
    if (!menu.contains(target)) {
      menu.open = false
      // The press was meant for the menu alone: it does not open the post under it.
      if (!target.closest(controls)) event.preventDefault()
    } else if (target.closest('a')) close(menu)
  },
  true,
)
// A page that is shown again from memory shows it closed.
addEventListener('pagehide', () => opened()?.removeAttribute('open'))
