// Loaded by `npm start` before app/server.ts, which enables the same cache for what comes after it: with its own types
// stripped in an earlier run, the parser of types is not loaded at all (16 MB). Threads hear of the cache by their
// environment, and do without it, too.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.cache/compiled', import.meta.url))
// oxlint-disable-next-line node/no-process-env -- no setting of ours, but one of Node.js
process.env.NODE_COMPILE_CACHE ??= folder
enableCompileCache(folder)
