/**
 * <live-stream user since>: hears what happens to this person, and tells the page by `live` events of the document. An
 * element that shows what an event is about prevents its default.
 *
 * Browsers allow few connections to a server, so of all tabs one has the stream and passes on what it hears: the one
 * with the lock. When it closes, another gets the lock and goes on where it was itself.
 *
 * @typedef {{ id: string, items: any[], at: number }} Frame `at`: when it was sent, by the clock that made the page
 * @typedef {{ frame?: Frame, hello?: number, from?: string, to?: string, missed?: Frame[] | null, over?: boolean }} Message
 */
const RECENT = 50 // frames kept for tabs that come later
const PATIENCE = 2000 // milliseconds after which a tab that has the lock and says nothing is taken for asleep
const SOONEST = 5000 // milliseconds until a stream that was refused is tried again,
const LATEST = 300_000 // each time twice as late, up to this

/** Without https there are none; then each tab that is looked at has a stream of its own. */
const hasLocks = 'locks' in navigator
/** @type {(task: () => void) => void} */
const whenIdle = task =>
  'requestIdleCallback' in window ? requestIdleCallback(task, { timeout: 2000 }) : setTimeout(task, 200)

class LiveStream extends HTMLElement {
  #name = `live:${this.getAttribute('user')}`
  #tab = crypto.getRandomValues(new Uint32Array(2)).join()
  /** Where this tab is: the id of the last frame, or when its page was made. */
  #place = this.getAttribute('since') ?? ''
  #heardAt = Number(this.#place)
  /** @type {Frame[]} */
  #recent = []
  #recentFrom = this.#heardAt
  #refused = 0
  #over = false
  /** Whether the other tabs have yet to say what this one has missed: until then, nothing from them is the next frame. */
  #isBehind = false
  /** @type {AbortController | null} Of the time that the page is shown. */
  #shown = null
  /** @type {BroadcastChannel | null} */
  #channel = null
  /** @type {EventSource | null} */
  #source = null
  /** @type {(() => void) | null} Gives the lock to another tab. */
  #release = null
  #timer = 0
  #asleep = 0

  connectedCallback() {
    addEventListener('pageshow', () => this.#start())
    addEventListener('pagehide', () => this.#stop())
    addEventListener('online', () => this.#isLeader && this.#open())
    addEventListener('offline', () => this.#hangUp())
    document.addEventListener('visibilitychange', () => this.#seen())
  }

  #start() {
    if (this.#shown || this.#over) return
    this.#shown = new AbortController()
    if (!hasLocks) return this.#isLeader && this.#open()
    this.#channel = new BroadcastChannel(this.#name)
    this.#channel.addEventListener('message', ({ data }) => this.#heard(data))
    void this.#lead({ signal: this.#shown.signal })
    this.#greet()
  }

  /** Nothing may be open on a page that is kept for the way back. */
  #stop() {
    this.#shown?.abort()
    this.#shown = null
    this.#close()
    this.#channel?.close()
    this.#channel = null
    clearTimeout(this.#asleep)
  }

  get #isLeader() {
    return hasLocks ? this.#release !== null : !document.hidden
  }

  /** Waits for the lock and has it until the page goes, or until another tab takes it. @param {LockOptions} options */
  async #lead(options) {
    const hold = () =>
      new Promise(resolve => {
        this.#release = () => resolve(undefined)
        whenIdle(() => this.#release && this.#open())
      })
    try {
      await navigator.locks.request(this.#name, options, hold)
    } catch {
      if (!this.#release) return
      this.#close()
      if (!this.#shown) return
      void this.#lead({ signal: this.#shown.signal })
      this.#greet()
    }
  }

  #hangUp() {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #close() {
    this.#hangUp()
    this.#release?.()
    this.#release = null
  }

  #open() {
    clearTimeout(this.#timer)
    if (this.#source || this.#over || !this.#shown || !navigator.onLine) return
    this.#isBehind = false
    const query = new URLSearchParams({ user: this.getAttribute('user') ?? '', after: this.#place })
    const source = new EventSource(`/live?${query}`)
    this.#source = source
    source.addEventListener('message', ({ data, lastEventId }) => {
      this.#refused = 0
      const frame = { id: lastEventId, ...JSON.parse(data) }
      this.#channel?.postMessage({ frame })
      this.#take(frame)
    })
    source.addEventListener('error', () => source.readyState === EventSource.CLOSED && this.#later())
    source.addEventListener('over', () => {
      this.#channel?.postMessage({ over: true })
      this.#end()
    })
  }

  /** The browser comes back by itself when a connection is lost, but not when something between refuses it. */
  #later() {
    this.#hangUp()
    const wait = Math.min(SOONEST * 2 ** this.#refused++, LATEST)
    this.#timer = setTimeout(() => this.#open(), wait * (0.5 + Math.random() / 2))
  }

  /** The person has signed out. */
  #end() {
    this.#over = true
    this.#stop()
  }

  /** Asks the tab with the lock for what this one has missed; if it does not answer, the lock is taken from it. */
  #greet() {
    clearTimeout(this.#asleep)
    if (this.#release) return
    this.#isBehind = true
    this.#channel?.postMessage({ hello: this.#heardAt, from: this.#tab })
    this.#asleep = setTimeout(() => this.#steal(), PATIENCE)
  }

  /** A tab that nobody looks at waits until it is looked at: it may be put to sleep. */
  #steal() {
    if (this.#shown && !this.#release && !document.hidden) void this.#lead({ steal: true })
  }

  /** @param {Message} message */
  #heard({ frame, hello, from, to, missed, over }) {
    if (over) return this.#end()
    if (frame && !this.#isBehind) this.#take(frame)
    if (hello !== undefined && this.#release)
      this.#channel?.postMessage({ to: from, missed: this.#since(hello) })
    if (to !== this.#tab) return
    clearTimeout(this.#asleep)
    // Whoever comes from further back than the others remember asks the server.
    if (!missed) return this.#steal()
    this.#isBehind = false
    for (const frame of missed) if (frame.at > this.#heardAt) this.#take(frame)
  }

  /** @param {number} hello @returns {Frame[] | null} */
  #since(hello) {
    return hello < this.#recentFrom ? null : this.#recent.filter(({ at }) => at > hello)
  }

  /** @param {Frame} frame */
  #take(frame) {
    this.#heardAt = frame.at
    this.#place = frame.id
    this.#recent.push(frame)
    if (this.#recent.length > RECENT) this.#recentFrom = this.#recent.shift()?.at ?? 0
    for (const detail of frame.items)
      document.dispatchEvent(new CustomEvent('live', { detail, bubbles: true, cancelable: true }))
  }

  #seen() {
    if (document.hidden) return hasLocks || this.#close()
    if (hasLocks) this.#greet()
    else this.#open()
  }
}

customElements.define('live-stream', LiveStream)
