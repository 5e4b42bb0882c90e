import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type Question = { q: string; source: string; target: string; format: string; api_key?: string }
type Answer = (question: Question, response: ServerResponse) => void

/** A service that speaks LibreTranslate's protocol; it shouts, unless a test gives it another `answer`. */
export type FakeTranslator = { url: string; asked: Question[]; answer: Answer; close(): Promise<void> }

/** The same words in capital letters. */
export const shout: Answer = ({ q }, response) => {
  response.end(JSON.stringify({ translatedText: q.toUpperCase() }))
}

export async function openTranslator(): Promise<FakeTranslator> {
  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    const question = JSON.parse(await text(request)) as Question
    if (`${request.method} ${request.url}` !== 'POST /translate') return void response.writeHead(404).end()
    translator.asked.push(question)
    translator.answer(question, response.setHeader('content-type', 'application/json'))
  }
  const server = createServer((request, response) => void hear(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const translator: FakeTranslator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: shout,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return translator
}
