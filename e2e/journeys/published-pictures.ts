/** Posts with pictures, for journeys that look at them. */
import { animation, photo } from '../../app/testing/pictures.ts'
import type { Person } from './people.ts'

/** Publishes a picture of each description, the last of which moves, and answers the path of the post. */
export async function publishPictures(
  { url }: { url: string },
  person: Person,
  { body, alts }: { body: string; alts: string[] },
): Promise<string> {
  const { name, value } = person.cookie
  const form: Record<string, string> = { undescribed: 'yes' }
  const keys: string[] = []
  for (const [index, alt] of alts.entries()) {
    const isLast = index === alts.length - 1
    const upload = await (isLast && index > 0 ? animation(3, 160) : photo(640, 300 + 200 * index))
    const sent = new FormData()
    sent.append('files', new File([new Uint8Array(upload)], 'picture'))
    const headers = { cookie: `${name}=${value}` }
    const response = await fetch(`${url}/images`, { method: 'POST', body: sent, headers })
    const key = /alt-([0-9a-f]{32})/.exec(await response.text())?.[1]
    if (!key) throw new Error(`${url}/images answered ${response.status}`)
    keys.push(key)
    form[`alt-${key}`] = alt
  }
  return person.publish(body, { ...form, images: keys.join(' ') })
}
