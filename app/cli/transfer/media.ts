/** The places of pictures that a command is given. */
import { ConfigError, environment, readConfig } from '../../config.ts'
import { UsageError } from '../command.ts'

type Media = ReturnType<typeof readConfig>['media']

/** What MEDIA_URL would mean for a site with this database. @throws UsageError that names the option */
export function mediaAt(option: string, url: string, databaseUrl = ''): Media {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment
  try {
    return readConfig({
      DATABASE_URL: databaseUrl,
      MEDIA_URL: url,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
    }).media
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message.replaceAll('MEDIA_URL', option))
    throw error
  }
}

/** Whether two sites have their pictures in one place. */
export function isSamePlace(one: Media, other: Media): boolean {
  return placeOf(one) === placeOf(other)
}

function placeOf(media: Media): string {
  return media.kind === 'folder' ? media.path : media.endpoint
}
