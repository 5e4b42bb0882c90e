// Loaded by `npm start` before app/server.ts, which enables the same cache for what comes after it: with its own types
// stripped in an earlier run, the parser of types is not loaded at all (16 MB).
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('.cache/compiled', import.meta.url)))
