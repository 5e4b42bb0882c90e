import { Type } from 'typebox'
import type { RateLimit } from '../limits/queries.ts'

export const exportLimit: RateLimit = { name: 'export', burst: 3, every: 3_600_000 }

export const ExportParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
})
export type ExportParams = Type.Static<typeof ExportParams>
