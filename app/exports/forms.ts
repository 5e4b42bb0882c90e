import { Type } from 'typebox'

export const ExportParams = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
})
export type ExportParams = Type.Static<typeof ExportParams>
