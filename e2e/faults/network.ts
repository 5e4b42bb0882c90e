/**
 * Connections that break, dawdle, send too much or take nothing, and a server that stands still for a while.
 *
 *     DATABASE_URL=… node e2e/faults/network.ts [--quick]
 */
import path from 'node:path'
import { migratedDatabase } from '../../app/testing/database.ts'
import { connectionsCut } from './cut-connections.ts'
import { bodyTooLarge } from './huge-body.ts'
import { addPeople } from './load.ts'
import { answersNeverRead, slowClients, untilCut } from './many-clients.ts'
import { claim, runFault } from './program.ts'
import { Server } from './server.ts'
import { standStill } from './stalls.ts'

/** What lets a signal block the event loop of the server. */
const blockable = { nodeArguments: [`--import=${path.join(import.meta.dirname, 'blocked-loop.ts')}`] }

await runFault(async options => {
  const database = await migratedDatabase()
  await addPeople(database.config)
  const server = await (await Server.on(database.url)).start(blockable)
  const scene = { server, database }
  await connectionsCut(scene, options)
  await bodyTooLarge(scene, options)
  const greedy = await answersNeverRead(scene, options)
  await slowClients(scene, options)
  await standStill(scene, options)
  if (!options.quick) await untilCut(greedy)
  for (const socket of greedy) socket.destroy()
  claim('the server has not crashed', server.isRunning && !/"level":60/.test(server.output))
  await server.end()
  await database.drop()
})
