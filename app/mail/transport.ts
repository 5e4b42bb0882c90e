/** The way to the mail server, with limits on how long it may take over anything. */
import type { MailConfig } from '../config.ts'
import { PermanentFailure } from '../jobs/definition.ts'
import type { RenderedMail } from './render.ts'

export type Email = RenderedMail & { from: { name: string; address: string }; to: string; messageId: string }

/** Milliseconds; SMTP_URL may name others, such as `?socketTimeout=60000`. */
const limits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

/** One bare address: nodemailer takes what has a comma in it for several. */
const address = /^[^\s@<>(),:;"\\]+@[^\s@<>(),:;"\\]+$/

/**
 * Hands a mail over to the server.
 * @throws PermanentFailure when the server will never take it, for this recipient or with these contents
 */
export async function deliver(
  { url }: MailConfig,
  { from, to, ...content }: Email,
  signal: AbortSignal,
): Promise<void> {
  if (!address.test(to)) throw new PermanentFailure('this is no address')
  const server = await serverAt(url)
  const mail = {
    ...content,
    from,
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    // RFC 3834: no program is to answer it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    // A server that says a word now and then would keep within the limits of each.
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

/** The mailer is loaded with the first mail: it is a tenth of all that a start would load. */
async function serverAt(url: MailConfig['url']) {
  const { createTransport } = await import('nodemailer')
  return createTransport({ url, ...limits, disableFileAccess: true, disableUrlAccess: true })
}

/**
 * 5xx about the recipient or the message itself (RFC 5321, 4.2.1). Any other refusal is about us, such as a
 * wrong password: that may be mended, so the mail waits.
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
