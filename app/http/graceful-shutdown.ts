import type { Server, ServerResponse } from 'node:http'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** A stop does not wait for this response, which has no end of its own: it calls `end` at once. */
    endOnStop(response: ServerResponse, end: () => void): void
  }
}

/** Milliseconds in which whoever has just been let in gets to say what they want. */
const lull = 50
const mostTurns = 500

/**
 * From a stop on nobody new is let in, so that a proxy turns to another process. The requests under way, and those of
 * whoever is in, are answered, for at most `grace` milliseconds; then connections that are still open (streams,
 * sleepers) are cut by `forceCloseConnections`.
 */
export default plugin(async (app: FastifyInstance, { grace }: { grace: number }) => {
  const responses = new Responses()
  app.decorate('endOnStop', (response, end) => responses.isEndless(response, end))
  app.addHook('onRequest', async (_request, { raw }) => responses.begin(raw))
  app.addHook('preClose', async () => {
    responses.endEndless()
    const isOpen = app.server.listening
    if (isOpen) await shutTheDoor(app.server)
    const settle = () => (isOpen ? delay(lull).then(nextTurn) : undefined)
    await Promise.race([responses.idle(settle), delay(grace, undefined, { ref: false })])
  })
})

/** The responses under way, and those that have no end of their own. */
class Responses {
  readonly #underWay = new Set<ServerResponse>()
  readonly #endless = new Map<ServerResponse, () => void>()
  #whenIdle: (() => void) | null = null

  begin(response: ServerResponse): void {
    this.#underWay.add(response)
    response.once('close', () => {
      this.#underWay.delete(response)
      this.#endless.delete(response)
      if (this.#underWay.size === 0) this.#whenIdle?.()
    })
  }

  isEndless(response: ServerResponse, end: () => void): void {
    this.#underWay.delete(response)
    this.#endless.set(response, end)
  }

  endEndless(): void {
    for (const end of this.#endless.values()) end()
  }

  /** Resolves when nothing is under way, and nothing has come in while `settle` waited. */
  async idle(settle: () => Promise<void> | undefined): Promise<void> {
    do {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#whenIdle = resolve
      if (this.#underWay.size > 0) await promise
      await settle()
    } while (this.#underWay.size > 0)
  }
}

/** Node lets one connection in a turn: those who wait at the door come in first, or they would be cut off. */
async function shutTheDoor(server: Server): Promise<void> {
  let hasCome = true
  const see = () => {
    hasCome = true
  }
  server.on('connection', see)
  for (let turns = 0; hasCome && turns < mostTurns; turns++) {
    hasCome = false
    await nextTurn()
    await nextTurn()
  }
  server.off('connection', see)
  server.close()
}

/** Closes the application when its process is told to stop, or nothing catches an error; what goes wrong is logged. */
export function closeOnSignal(app: FastifyInstance): void {
  closeWithGrace({ delay: 10_000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an uncaught error')
    await app.close()
  })
}
