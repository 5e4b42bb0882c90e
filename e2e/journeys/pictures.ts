/** Files that journeys choose in a form. */
import { photo } from '../../app/testing/pictures.ts'

export async function pictureFile(name: string, width = 120, height = 80) {
  return { name, mimeType: 'image/jpeg', buffer: await photo(width, height) }
}
