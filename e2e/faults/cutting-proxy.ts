/** A stretch of network between two ends: it can cut a connection after so many bytes, either way. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** How many bytes get through before the connection is gone. */
export type Cut = { sent?: number; received?: number }

export class CuttingProxy {
  /** What happens to the connections that are made from now on. */
  cut: Cut = {}
  readonly #target: number
  readonly #server: Server

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer({ noDelay: true }, socket => this.#carry(socket))
  }

  static async to(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.close()
  }

  #carry(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1')
    const end = () => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
    const { sent = Infinity, received = Infinity } = this.cut
    pass(near, far, { most: sent, end })
    pass(far, near, { most: received, end })
  }
}

function pass(from: Socket, to: Socket, { most, end }: { most: number; end(): void }): void {
  let left = most
  from.on('data', bytes => {
    if (bytes.length < left) {
      left -= bytes.length
      return void to.write(bytes)
    }
    // What still fits goes through before the end.
    to.write(bytes.subarray(0, left), end)
    left = 0
    from.pause()
  })
}
