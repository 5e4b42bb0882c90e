/**
 * <picture-field>: a picture that is chosen for a shape. Shows the part of the file that is kept, which the range moves, and
 * dragging in the preview. Until a file is chosen there is no part to choose. Without a script all of it is a plain form.
 */
const maxSide = 2048 // pixels of the preview, whatever the camera made

class PictureField extends HTMLElement {
  /** @type {ImageBitmap | null} */
  #picture = null
  #canvas = document.createElement('canvas')
  #file = /** @type {HTMLInputElement} */ (this.querySelector('input[type=file]'))
  #range = /** @type {HTMLInputElement} */ (this.querySelector('input[type=range]'))
  #current = this.querySelector(':scope > .avatar, :scope > img')

  connectedCallback() {
    const crop = this.querySelector('.crop')
    if (!this.#file || !this.#range || !crop) return
    const { classList, dataset } = this.#canvas
    const isFace = this.#file.name === 'avatar'
    ;[this.#canvas.width, this.#canvas.height] = isFace ? [264, 264] : [1280, 427]
    if (isFace) classList.add('avatar')
    if (isFace) dataset['size'] = '88'
    this.#canvas.setAttribute('aria-hidden', 'true')
    this.#file.addEventListener('change', () => this.#open(crop))
    this.#range.addEventListener('input', () => this.#draw())
    this.#canvas.addEventListener('pointerdown', event => this.#drag(event))
    void this.#open(crop)
  }

  /** @param {Element} crop */
  async #open(crop) {
    const [file] = this.#file.files ?? []
    const picture = file ? await decode(file) : null
    if (file !== this.#file.files?.[0]) return
    this.#picture?.close()
    this.#picture = picture
    // What the browser cannot show, the server may still understand.
    crop.toggleAttribute('hidden', !picture || Math.abs(this.#slack(picture)) < 1)
    if (picture) this.#current?.replaceWith(this.#canvas)
    else if (this.#current) this.#canvas.replaceWith(this.#current)
    else this.#canvas.remove()
    if (picture && !this.#canvas.isConnected) this.prepend(this.#canvas)
    this.#draw()
  }

  /**
   * How much of the picture is beyond the preview, in its pixels: sideways, or, below zero, up and down.
   * @param {ImageBitmap} picture
   */
  #slack({ width, height }) {
    const sideways = width * (this.#canvas.height / height) - this.#canvas.width
    return sideways > 0 ? sideways : this.#canvas.height - height * (this.#canvas.width / width)
  }

  #draw() {
    const picture = this.#picture
    if (!picture) return
    const { width, height } = this.#canvas
    const scale = Math.max(width / picture.width, height / picture.height)
    const kept = Number(this.#range.value) / 100
    const left = (width - picture.width * scale) * kept
    const top = (height - picture.height * scale) * kept
    const context = this.#canvas.getContext('2d')
    context?.clearRect(0, 0, width, height)
    context?.drawImage(picture, left, top, picture.width * scale, picture.height * scale)
  }

  /** @param {PointerEvent} start */
  #drag(start) {
    const picture = this.#picture
    if (!picture) return
    const slack = this.#slack(picture)
    const shown = this.#canvas.getBoundingClientRect().width / this.#canvas.width
    const from = Number(this.#range.value)
    this.#canvas.setPointerCapture(start.pointerId)
    const { signal, stop } = stoppable()
    /** @param {PointerEvent} event */
    const move = event => {
      const moved = slack > 0 ? event.clientX - start.clientX : event.clientY - start.clientY
      this.#range.value = String(from - (moved / shown / Math.abs(slack)) * 100)
      this.#draw()
    }
    this.#canvas.addEventListener('pointermove', move, { signal })
    for (const end of ['pointerup', 'pointercancel']) this.#canvas.addEventListener(end, stop, { signal })
  }
}

function stoppable() {
  const controller = new AbortController()
  return { signal: controller.signal, stop: () => controller.abort() }
}

/**
 * The picture, upright, and not larger than a preview needs; null if the browser cannot read it.
 * @param {File} file
 */
async function decode(file) {
  try {
    const whole = await createImageBitmap(file)
    const scale = maxSide / Math.max(whole.width, whole.height)
    if (scale >= 1) return whole
    const size = {
      resizeWidth: Math.ceil(whole.width * scale),
      resizeHeight: Math.ceil(whole.height * scale),
    }
    const small = await createImageBitmap(whole, { ...size, resizeQuality: 'medium' })
    whole.close()
    return small
  } catch {
    return null
  }
}

customElements.define('picture-field', PictureField)
