/** Sign-up, the same for the page and the API. */
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import type { Writer } from '../database/database.ts'
import { digestOf } from '../limits/limits.ts'
import { networkOf } from '../limits/network.ts'
import type { RateLimit } from '../limits/queries.ts'
import { canMail, sendMail } from '../mail/mail.ts'
import { isEmailTaken } from './email-queries.ts'
import { createAccount, type NewAccount, takenNames, unprovenEmailKey } from './queries.ts'

/** For each network, and for each address, whose owner gets a mail. */
export const signUpLimit: RateLimit = { name: 'sign-up', burst: 5, every: 600_000 }

/** For each network: valid forms, which are told what is taken. */
export const signUpFormLimit: RateLimit = { name: 'sign-up-form', burst: 20, every: 60_000 }

type SignUpRequest = FastifyRequest<{ Body: { username: string; email: string } }>

/**
 * Which names of a form that is valid otherwise are taken. Where mail is configured, no answer depends on the address:
 * its owner hears of the sign-up by mail.
 * @throws RateLimitExceeded
 */
export async function checkNames(request: SignUpRequest): Promise<{ username: boolean; email: boolean }> {
  const { db, config, rateLimits } = request.server
  await db.transaction(tx => rateLimits.consume(tx, signUpFormLimit, networkOf(request.ip)))
  const taken = await takenNames(db, request.body)
  return { username: taken.username, email: taken.email && !canMail(config) }
}

/** @throws RateLimitExceeded */
export async function countSignUp({ server, ip, body }: SignUpRequest): Promise<void> {
  await server.db.transaction(async tx => {
    await server.rateLimits.consume(tx, signUpLimit, networkOf(ip))
    await server.rateLimits.consume(tx, signUpLimit, digestOf(body.email))
  })
}

/** Creates an account. Where mail is configured, its address belongs to it once it is proven. */
export async function registerAccount(
  tx: Writer,
  account: NewAccount,
  config: Config,
): ReturnType<typeof createAccount> {
  if (!canMail(config)) return createAccount(tx, account, new Date())
  const emailKey = unprovenEmailKey(account.email)
  const created = await createAccount(tx, { ...account, emailKey }, new Date())
  if ('id' in created) await sendProof(tx, { ...account, ...created })
  return created
}

type Named = { id: number; username: string; email: string; language: string | null }

/** Mails the link that proves an address, or tells the account that has the address already. */
export async function sendProof(tx: Writer, { id: userId, username, email, language }: Named): Promise<void> {
  const isTaken = await isEmailTaken(tx, email, userId)
  if (isTaken) await sendMail(tx, { name: 'accounts.already', language, input: { username, email }, userId })
  else await sendMail(tx, { name: 'accounts.confirm', language, input: { userId }, userId })
}
