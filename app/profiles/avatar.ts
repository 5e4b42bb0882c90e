import { toSvg } from 'jdenticon'
import { foldName } from '../accounts/names.ts'

/** A picture made of the name alone: the same on every site and day, about 750 bytes, no other host asked. */
export function avatarOf(username: string): string {
  return toSvg(foldName(username), 96, { backColor: '#0000' })
}
