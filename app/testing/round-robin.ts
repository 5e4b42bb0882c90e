import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A reverse proxy that gives each request to the next of several processes. */
export type Proxy = {
  address: string
  /** How many requests went on to another process, because the first one had stopped. */
  retries: number
  close(): Promise<void>
}

/** Passes on what comes as it comes. What names itself as `x-process` is the number of the process that answered. */
export async function openProxy(processes: string[]): Promise<Proxy> {
  let turn = 0
  const proxy = { address: '', retries: 0, close: async () => {} }
  const askInTurn = (asked: Omit<Exchange, 'goOn'>, first: number, tries = 0) => {
    const number = (first + tries) % processes.length
    const goOn = () => {
      proxy.retries++
      askInTurn(asked, first, tries + 1)
    }
    const isLast = tries + 1 >= processes.length
    forward({ ...asked, goOn: !isLast && goOn }, processes[number] as string, number)
  }
  const server = createServer(async (incoming, outgoing) => {
    const first = turn++
    const body = await buffer(incoming)
    askInTurn({ incoming, outgoing, body }, first)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  proxy.close = () => closeServer(server)
  return proxy
}

async function closeServer(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

type Exchange = {
  incoming: IncomingMessage
  outgoing: ServerResponse
  body: Buffer
  /** Asks the next process, if there is one that has not been asked. */
  goOn: false | (() => void)
}

function forward({ incoming, outgoing, body, goOn }: Exchange, address: string, number: number): void {
  const { method = 'GET', url = '/', headers, socket } = incoming
  const isIdempotent = method === 'GET' || method === 'HEAD'
  const from = { 'x-forwarded-for': socket.remoteAddress, 'x-forwarded-proto': 'http' }
  const asking = request(address + url, { method, headers: { ...headers, ...from }, agent: false })
  asking.on('response', answer => {
    if (answer.statusCode === 503 && isIdempotent && goOn) {
      answer.resume()
      return goOn()
    }
    outgoing.writeHead(Number(answer.statusCode), { ...answer.headers, 'x-process': number })
    outgoing.flushHeaders()
    answer.on('error', () => outgoing.destroy()).pipe(outgoing)
  })
  asking.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (outgoing.headersSent) return outgoing.destroy()
    // The connection was refused, so that any request may be retried.
    if (goOn && (isIdempotent || code === 'ECONNREFUSED')) return goOn()
    return outgoing.writeHead(502).end(String(code))
  })
  outgoing.on('close', () => asking.destroy())
  asking.end(body)
}
