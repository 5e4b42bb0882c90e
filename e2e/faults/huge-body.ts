/** A request body of a gigabyte, generated in chunks, so that no process holds it in memory. */
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { memoryOf } from '../load/processes.ts'
import { ended, open, type Scene, statusOf } from './connection.ts'
import { claim, type FaultOptions } from './program.ts'
import type { Server } from './server.ts'

/** Megabytes by which the server may have grown: a thousandth part of it would not even show. */
const most = 60
const doors = [
  { path: '/sign-in', type: 'application/x-www-form-urlencoded' },
  { path: '/api/users', type: 'application/json' },
]
type Door = (typeof doors)[number]

/** Announced, or in pieces without end, as a form and as JSON: the answer comes before it has been sent. */
export async function bodyTooLarge({ server }: Scene, { quick }: FaultOptions): Promise<void> {
  const size = quick ? 2 ** 26 : 2 ** 30
  const before = await memoryOf(server.pid)
  for (const door of doors)
    for (const isAnnounced of [true, false]) await claimRefused(server, door, { size, isAnnounced })
  const { resident } = await memoryOf(server.pid)
  const grown = `${before.resident.toFixed(0)} MB before, ${resident.toFixed(0)} MB after`
  claim('a huge body does not get into memory', resident - before.resident < most, grown)
}

type Body = { size: number; isAnnounced: boolean }

async function claimRefused(server: Server, door: Door, body: Body): Promise<void> {
  const socket = open(server.url)
  let answer = ''
  socket.setEncoding('latin1').on('data', text => (answer += text))
  socket.write(headOf(door, body))
  const isAnswered = () => answer !== '' && socket.writableNeedDrain
  const sent = await sendPieces(socket, body, isAnswered)
  await Promise.race([ended(socket), delay(5_000)])
  const status = statusOf(answer)
  const isRefused = (status === 413 || status === null) && socket.closed && sent < body.size / 4
  socket.destroy()
  const how = `${body.size / 2 ** 20} MB to ${door.path}, ${body.isAnnounced ? 'announced' : 'in pieces'}`
  const figures = `${status ?? 'cut'} after ${(sent / 2 ** 20).toFixed(1)} MB`
  claim(`${how}: refused early, and the connection closed`, isRefused, figures)
}

function headOf({ path, type }: Door, { size, isAnnounced }: Body): string {
  const length = isAnnounced ? `content-length: ${size}` : 'transfer-encoding: chunked'
  return `POST ${path} HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\ncontent-type: ${type}\r\n${length}\r\n\r\n`
}

/** Sends for as long as the other end takes it; returns the bytes that have left. */
async function sendPieces(socket: Socket, { size, isAnnounced }: Body, isAnswered: () => boolean) {
  const piece = 'x'.repeat(65_536)
  const bytes = isAnnounced ? piece : `${piece.length.toString(16)}\r\n${piece}\r\n`
  let sent = 0
  while (sent < size && !socket.destroyed && socket.writable && !isAnswered()) {
    if (!socket.write(bytes)) await Promise.race([drained(socket), ended(socket), delay(2_000)])
    sent = socket.bytesWritten
  }
  return sent
}

async function drained(socket: Socket): Promise<void> {
  await new Promise(resolve => void socket.once('drain', resolve))
}
