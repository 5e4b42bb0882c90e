import type { Writer } from '../database/database.ts'

export type NewNotification = {
  /** Who is told. */
  userId: number
  kind: 'follow' | 'mention' | 'message' | 'export'
  /** What it is about, such as `follow:7`: told once. */
  subject: string
  /** Tells it again, as news, if it was told before. */
  again?: boolean
  /** Who caused it; nobody is told of what they did themselves, or what somebody they are apart from did. */
  actorId?: number
  postId?: number
  conversationId?: number
}

/** Tells somebody of something, in the transaction that causes it. */
export async function notify(_tx: Writer, _notification: NewNotification): Promise<void> {}
