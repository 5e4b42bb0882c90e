/**
 * What can happen to where the rows are: no room is left, it may only be read, another process holds its lock. The
 * site says so in words, goes on with what it can do, and is itself again when the trouble is over.
 *
 *     DATABASE_URL=… node e2e/faults/disk.ts [--quick]
 */
import { engine } from '../../app/database/engine.ts'
import { runFault } from './program.ts'

await runFault(async options => {
  if (engine === 'sqlite') return (await import('./sqlite-disk.ts')).sufferDisk(options)
  return (await import('./postgres-disk.ts')).sufferDisk()
})
