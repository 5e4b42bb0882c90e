// Loaded by `npm start` before app/server.ts, which enables the same cache for what comes after it: with its own types
// stripped in an earlier run, the parser of types is not loaded at all (16 MB); nor is it in a thread, which is told
// of the cache by the environment (18 MB).
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.cache/compiled', import.meta.url))
enableCompileCache(process.env.NODE_COMPILE_CACHE)
