import { Type } from 'typebox'

/** Who may write to a person: `users.messages_from`. */
export const PrivacyForm = Type.Object({ messages_from: Type.Enum(['everyone', 'following']) })
export type PrivacyForm = Type.Static<typeof PrivacyForm>
