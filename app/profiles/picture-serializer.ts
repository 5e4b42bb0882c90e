/** Pictures of people as the API shows them: addresses by width, because an uploaded picture always has each of them. */
import { Type } from 'typebox'
import type { Config } from '../config.ts'
import { widths } from '../images/processing.ts'

const PictureAddress = () => Type.String({ format: 'uri' })

export const AvatarResource = Type.Object(
  { 96: PictureAddress(), 256: PictureAddress(), 512: PictureAddress() },
  {
    $id: 'Avatar',
    description: 'A profile picture: the address of a square WebP file by its width in pixels.',
  },
)
export type Avatar = Type.Static<typeof AvatarResource>

export const BannerResource = Type.Object(
  { 640: PictureAddress(), 1280: PictureAddress(), 1920: PictureAddress() },
  {
    $id: 'Banner',
    description: 'A banner, three times as wide as high: the address of a WebP file by its width in pixels.',
  },
)
export type Banner = Type.Static<typeof BannerResource>

export function serializeAvatar(key: string | null, config: Config): Avatar | null {
  return key === null ? null : (addressesOf(key, widths.avatar, config) as Avatar)
}

export function serializeBanner(key: string | null, config: Config): Banner | null {
  return key === null ? null : (addressesOf(key, widths.banner, config) as Banner)
}

function addressesOf(key: string, widths: readonly number[], { publicUrl }: Config) {
  return Object.fromEntries(widths.map(width => [width, `${publicUrl}/images/${key}/${width}.webp`]))
}
