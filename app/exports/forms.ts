import { Type } from 'typebox'
import { RecentPassword } from '../accounts/forms.ts'

export const ExportForm = Type.Object({ current_password: RecentPassword })
export type ExportForm = Type.Static<typeof ExportForm>
