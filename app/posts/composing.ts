/** What a press in the composer asks for: pictures are added, moved and removed until one press publishes. */

import { retrySentence } from '../http/errors.ts'
import { type FieldErrors, hasFieldErrors } from '../http/forms.ts'
import { usableImages } from '../images/post-queries.ts'
import { storeUpload } from '../images/uploading.ts'
import { RateLimitExceeded } from '../limits/limits.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { saveSettings } from '../settings/queries.ts'
import { isBlank } from '../text/normalize.ts'
import {
  imagesField,
  maxPictures,
  newValues,
  PostForm,
  type PostValues,
  validatePost,
  valuesOf,
} from './forms.ts'
import type { Post } from './post.ts'

type ComposerRequest = MemberRequest<{ Body: PostForm }>
type Fields = Record<string, string | undefined>

/** `again`: the status with which the form is shown once more; null: what it holds is to be published. */
export type Composed = { values: PostValues; errors: FieldErrors; again: 200 | 422 | null }

/** Stores the files of a form, changes its pictures as its button says, and finds what is wrong with it. */
export async function compose(request: ComposerRequest, edited?: Post): Promise<Composed> {
  const { body: form, viewer, server } = request
  const before = new Set(keysOf(form))
  const uploadErrors = await takeUploads(request, edited)
  const moved = changePictures(form)
  const typed = edited ? valuesOf(edited, form) : newValues(viewer, form)
  const values = await withPictures(request, typed, edited)
  if (form.remind === 'never' && viewer.altReminder)
    await server.db.transaction(tx => saveSettings(tx, viewer.id, { altReminder: false }))
  const lost = keysOf(form).some(key => !values.pictures.has(key)) && { images: request.t('images.gone') }
  if (form.add === 'pictures' || moved) {
    const added = firstUndescribed(values, before)
    const focus = moved ?? (added ? `alt-${added}` : null)
    const errors = placed({ ...lost, ...uploadErrors }, values)
    return { values: { ...values, focus }, errors, again: hasFieldErrors(errors) ? 422 : 200 }
  }
  const errors = validatePost(request, edited)
  // That there is nothing to publish is said by what is wrong with the files.
  const isEmpty = values.boxes.every(({ body, images }) => isBlank(body) && images.length === 0)
  if (isEmpty && hasFieldErrors(uploadErrors)) delete errors['body']
  Object.assign(errors, placed(uploadErrors, values))
  if (hasFieldErrors(errors)) return { values, errors: { ...lost, ...errors }, again: 422 }
  return reminded(request, values, edited)
}

/** Answers with a reminder before pictures are published without a description, for who wants it. */
function reminded({ body: form, viewer }: ComposerRequest, values: PostValues, edited?: Post): Composed {
  const isAsked = viewer.altReminder && form.remind !== 'never' && !form.undescribed
  const published = new Set(edited?.images.map(({ key }) => key))
  const missing = isAsked && firstUndescribed(values, published)
  if (!missing) return { values, errors: {}, again: null }
  return { values: { ...values, isReminder: true, focus: `alt-${missing}` }, errors: {}, again: 422 }
}

/** The values with what is known of their pictures; those that are gone, or in another post, are left out. */
export async function withPictures(
  { server, viewer }: MemberRequest,
  values: PostValues,
  edited?: Pick<Post, 'id'>,
): Promise<PostValues> {
  const keys = values.boxes.flatMap(({ images }) => images.map(({ key }) => key))
  const known = { userId: viewer.id, keys, ...(edited && { postId: edited.id }) }
  const pictures = new Map((await usableImages(server.db, known)).map(image => [image.key, image]))
  const boxes = values.boxes.map(box => ({
    ...box,
    images: box.images.flatMap(({ key, alt }) => {
      const image = pictures.get(key)
      return image ? { key, alt: alt ?? image.alt } : []
    }),
  }))
  return { ...values, boxes, pictures }
}

function fieldsOf(form: PostForm): Fields {
  return form
}

/** Which box a field belongs to: empty for the first. */
function numberOf(field: string): string {
  return /\d*$/.exec(field)?.[0] ?? ''
}

/** The fields that name pictures, with their keys. */
function pictureFields(form: PostForm): [string, string[]][] {
  return Object.entries(fieldsOf(form)).flatMap(([name, value]): [string, string[]][] =>
    /^images([2-9]|[1-9]\d)?$/.test(name) ? [[name, keysIn(value)]] : [],
  )
}

function keysIn(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter(key => key !== '')
}

function keysOf(form: PostForm): string[] {
  return pictureFields(form).flatMap(([, keys]) => keys)
}

/** Stores the files in the order of the form, and adds their keys to its boxes; returns the sentences, by field, a line for each file. */
async function takeUploads(request: ComposerRequest, edited?: Post): Promise<FieldErrors> {
  const form = fieldsOf(request.body)
  const errors: FieldErrors = {}
  for (const upload of request.uploads) {
    if (!/^files([2-9]|[1-9]\d)?$/.test(upload.field)) continue
    const field = `images${numberOf(upload.field)}`
    if (edited) form[field] ??= edited.images.map(({ key }) => key).join(' ')
    const keys = keysIn(form[field])
    const stored = await storeOne(request, upload, keys.length)
    if (typeof stored !== 'string') form[field] = [...keys, stored.key].join(' ')
    else {
      const sentence = request.t('images.of_file', { name: upload.name, problem: stored })
      errors[upload.field] = errors[upload.field] ? `${errors[upload.field]}\n${sentence}` : sentence
    }
  }
  return errors
}

async function storeOne(
  request: ComposerRequest,
  upload: ComposerRequest['uploads'][number],
  before: number,
) {
  const { t } = request
  if (before >= maxPictures) return t('images.too_many', { limit: maxPictures })
  try {
    return await storeUpload(request, upload, { purpose: 'post' })
  } catch (error) {
    if (error instanceof RateLimitExceeded) return `${t('limits.kept')} ${retrySentence(error.retryAfter, t)}`
    throw error
  }
}

/** Moves or removes the picture that the pressed button names; returns the control to go on with, or null if no such button was pressed. */
function changePictures(form: PostForm): string | null {
  const [verb, key = ''] = (form.change ?? '').split(' ')
  for (const [field, keys] of pictureFields(form)) {
    const at = keys.indexOf(key)
    if (at < 0) continue
    keys.splice(at, 1)
    if (verb === 'earlier') keys.splice(Math.max(at - 1, 0), 0, key)
    if (verb === 'later') keys.splice(at + 1, 0, key)
    fieldsOf(form)[field] = keys.join(' ')
    return verb === 'remove' ? `files${numberOf(field)}` : `${verb} ${key}`
  }
  return verb ? 'body' : null
}

function firstUndescribed({ boxes }: PostValues, except: Set<string>): string | undefined {
  const all = boxes.flatMap(({ images }) => images)
  return all.find(({ key, alt = '' }) => isBlank(alt) && !except.has(key))?.key
}

/** What is wrong with the files of a box that holds nothing else is said at the first. */
function placed(errors: FieldErrors, { boxes }: PostValues): FieldErrors {
  const fields = new Set(boxes.map(({ name }) => filesField(name)))
  const first = filesField(boxes[0]?.name ?? 'body')
  const found: FieldErrors = {}
  for (const [name, sentence] of Object.entries(errors)) {
    const field = name.startsWith('files') && !fields.has(name) ? first : name
    found[field] = found[field] ? `${found[field]}\n${sentence}` : sentence
  }
  return found
}

/** The field of the files that belong to a box: files2 to body2. */
function filesField(box: string): string {
  return imagesField(box).replace('images', 'files')
}
