import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>

/** OWASP's smallest recommendation for argon2id: 19 MiB, two passes, one lane; about 33 ms. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 }

/**
 * The PHC string that is stored for a password.
 * @see https://github.com/P-H-C/phc-string-format
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return phcOf(salt, await derive('argon2id', { message: password.normalize('NFKC'), nonce: salt, ...cost }))
}

function phcOf(salt: Buffer, hash: Buffer): string {
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(hash)}`
}

/** Whether the password is the stored one. Without a stored one it takes as long, so that timing reveals nothing. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored ?? decoyHash)
  if (!phc) return false
  const [memory, passes, parallelism] = phc.slice(1, 4).map(Number) as [number, number, number]
  const [nonce, expected] = phc.slice(4).map(part => Buffer.from(part, 'base64')) as [Buffer, Buffer]
  const message = password.normalize('NFKC')
  const hash = await derive('argon2id', {
    message,
    nonce,
    memory,
    passes,
    parallelism,
    tagLength: expected.length,
  })
  return timingSafeEqual(hash, expected) && stored !== undefined
}

/** Of the same cost, and the hash of no known password. */
const decoyHash = phcOf(randomBytes(16), randomBytes(cost.tagLength))

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
