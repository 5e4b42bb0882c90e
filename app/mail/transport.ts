/** Delivers mails by SMTP, with a timeout on each step. */
import { domainToASCII } from 'node:url'
import type SMTPTransport from 'nodemailer/lib/smtp-transport'
import { isLoopback } from '../config/hosts.ts'
import type { MailConfig } from '../config.ts'
import { PermanentFailure } from '../jobs/definition.ts'
import type { RenderedMail } from './render.ts'

export type Email = RenderedMail & { from: { name: string; address: string }; to: string; messageId: string }

/** Milliseconds; SMTP_URL may override them, as in `?socketTimeout=60000`. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

/** One bare address, because nodemailer splits at commas. */
const address = /^[^\s@<>(),:;"\\]+@[^\s@<>(),:;"\\]+$/

/**
 * Sends a mail to the server.
 * @throws PermanentFailure when the server rejects the recipient or the message for good
 */
export async function deliver(
  { url }: MailConfig,
  { from, to, ...content }: Email,
  signal: AbortSignal,
): Promise<void> {
  if (!address.test(to)) throw new PermanentFailure('this is no address')
  // Loaded with the first mail, because nodemailer is a tenth of what a start would load.
  const { createTransport } = await import('nodemailer')
  const server = createTransport({ url, ...timeouts, ...manners(url, from.address) })
  const mail = {
    ...content,
    from,
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    // RFC 3834: no automatic reply.
    headers: { 'Auto-Submitted': 'auto-generated' },
    // A slow server could stay within the timeout of each step.
    signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
  }
  try {
    await server.sendMail(mail)
  } catch (error) {
    throw isPermanent(error) ? new PermanentFailure((error as Error).message) : error
  } finally {
    server.close()
  }
}

/**
 * Mail servers distrust a greeting without a real name. A password crosses the network only encrypted, unless SMTP_URL
 * says `?requireTLS=false` or `?ignoreTLS=true`.
 */
function manners(url: string, sender: string): SMTPTransport.Options {
  const { protocol, hostname, searchParams } = new URL(url)
  const mayBePlain = isLoopback(hostname) || searchParams.get('ignoreTLS') === 'true'
  const name = domainToASCII(sender.slice(sender.lastIndexOf('@') + 1))
  return {
    ...(name.includes('.') && { name }),
    ...(protocol === 'smtp:' && !mayBePlain && { requireTLS: true }),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/**
 * A 5xx reply about the recipient or the message (RFC 5321, 4.2.1). Any other error is about our configuration, such
 * as a wrong password, which may be corrected, so the mail waits.
 */
function isPermanent(error: unknown): boolean {
  const {
    responseCode = 0,
    command,
    code,
  } = error as {
    responseCode?: number
    command?: string
    code?: string
  }
  const isRefused = responseCode >= 500 && responseCode < 600 && ['RCPT TO', 'DATA'].includes(String(command))
  const isNoAddress = code === 'EENVELOPE' && command === 'API'
  return isRefused || isNoAddress
}
