/**
 * <live-stream user thread>: tells the page what is true for this person now (app/live/stream.ts), by `live` events of the
 * document, when a stream opens and after every change. An element that shows by itself what is new prevents the
 * event's default.
 *
 * Browsers allow few connections to a server, so of all tabs the one with the lock has a stream, and passes on what it
 * hears. A tab that becomes visible takes the lock: it may have slept, and the tab that has the lock may sleep now.
 */
const MIN_RETRY_DELAY = 5000 // milliseconds until a stream that was refused is tried again,
const MAX_RETRY_DELAY = 300_000 // each time twice as late, up to this

/** Without https there are none; then each visible tab has a stream of its own. */
const hasLocks = 'locks' in navigator
/** @type {(task: () => void) => void} */
const whenIdle = task =>
  'requestIdleCallback' in window ? requestIdleCallback(task, { timeout: 2000 }) : setTimeout(task, 200)

class LiveStream extends HTMLElement {
  #name = `live-state:${this.getAttribute('user')}`
  #refused = 0
  #retry = 0
  #over = false
  /** @type {BroadcastChannel | null} While the page is shown. */
  #channel = null
  /** @type {AbortController | null} Of the wait for the lock. */
  #waiting = null
  /** @type {(() => void) | null} Gives the lock to another tab. */
  #release = null
  /** @type {EventSource | null} */
  #source = null

  connectedCallback() {
    addEventListener('pageshow', () => this.#start())
    addEventListener('pagehide', () => this.#stop())
    addEventListener('online', () => this.#release && this.#open())
    addEventListener('offline', () => this.#hangUp())
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.#lead({ steal: true })
      else if (!hasLocks) this.#close()
    })
  }

  #start() {
    if (this.#channel || this.#over) return
    this.#channel = new BroadcastChannel(this.#name)
    this.#channel.addEventListener('message', ({ data }) => (data ? this.#tell(data) : this.#end()))
    void this.#lead({ steal: !document.hidden })
  }

  /** Nothing may be open on a page that is kept for the way back. */
  #stop() {
    this.#waiting?.abort()
    this.#close()
    this.#channel?.close()
    this.#channel = null
  }

  /** Takes the lock or waits for it, and has it until the page goes, or until another tab takes it. @param {{ steal: boolean }} how */
  async #lead({ steal }) {
    if (this.#release || !this.#channel) return
    this.#waiting?.abort()
    this.#waiting = new AbortController()
    const hold = () =>
      new Promise(resolve => {
        this.#release = () => resolve(undefined)
        whenIdle(() => this.#release && this.#open())
      })
    if (!hasLocks) return document.hidden || void hold()
    try {
      await navigator.locks.request(this.#name, steal ? { steal } : { signal: this.#waiting.signal }, hold)
    } catch {
      if (!this.#release) return
      this.#close()
      void this.#lead({ steal: false })
    }
  }

  #open() {
    clearTimeout(this.#retry)
    if (this.#source || !navigator.onLine) return
    const thread = this.getAttribute('thread')
    const source = new EventSource(
      `/live?user=${this.getAttribute('user')}${thread ? `&thread=${thread}` : ''}`,
    )
    this.#source = source
    source.addEventListener('state', ({ data }) => {
      this.#refused = 0
      const state = JSON.parse(data)
      this.#channel?.postMessage(state)
      this.#tell(state)
    })
    source.addEventListener('error', () => source.readyState === EventSource.CLOSED && this.#later())
    source.addEventListener('over', () => {
      this.#channel?.postMessage(null)
      this.#end()
    })
  }

  /** The browser reconnects by itself when a connection is lost, but not when something between refuses it. */
  #later() {
    this.#hangUp()
    const delay = Math.min(MIN_RETRY_DELAY * 2 ** this.#refused++, MAX_RETRY_DELAY)
    this.#retry = setTimeout(() => this.#open(), delay * (0.5 + Math.random() / 2))
  }

  #hangUp() {
    clearTimeout(this.#retry)
    this.#source?.close()
    this.#source = null
  }

  #close() {
    this.#hangUp()
    this.#release?.()
    this.#release = null
  }

  /** The person has signed out. */
  #end() {
    this.#over = true
    this.#stop()
  }

  /** @param {object} state */
  #tell(state) {
    document.dispatchEvent(new CustomEvent('live', { detail: state, bubbles: true, cancelable: true }))
  }
}

customElements.define('live-stream', LiveStream)
