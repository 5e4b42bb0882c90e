import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

export type Page = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** Asks once, and takes the answer as it is on the wire: not decompressed, no redirect followed. */
export async function fetchPage(
  url: string,
  { path, headers }: { path: string; headers: Record<string, string> },
): Promise<Page> {
  const asked = request(new URL(path, url), { headers, agent: false }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) }
}
