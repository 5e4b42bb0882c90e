/** Parses MEDIA_URL, the place of pictures. */
import path from 'node:path'
import { root } from './root.ts'

export type BucketConfig = {
  kind: 'bucket'
  /** The address of the bucket, with its name as the last part of the path. */
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}
export type MediaConfig = { kind: 'folder'; path: string } | BucketConfig
type MediaUrl = { kind: 'folder'; path: string | null } | Pick<BucketConfig, 'kind' | 'endpoint' | 'region'>

/** A folder without a path is the one beside the database. */
export function mediaUrl(value: string): MediaUrl {
  if (value === '') return { kind: 'folder', path: null }
  const file = /^file:(?:\/\/(?=\/))?(?!\/\/)([^?#]+)$/.exec(value)?.[1]
  if (file) return { kind: 'folder', path: path.resolve(root, file) }
  const url = value.startsWith('s3://') && URL.canParse(value) ? new URL(value) : null
  if (!url?.hostname || url.pathname.length > 1)
    throw new Error(
      'must be file:path or s3://bucket?endpoint=https://s3.example.org, with the region if it needs one',
    )
  if (url.username || url.password || url.port || url.hash)
    throw new Error('names more than a bucket: its keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
  const { endpoint, region = 'auto', ...others } = Object.fromEntries(url.searchParams)
  const [unknown] = Object.keys(others)
  if (unknown) throw new Error(`has the parameter ${unknown}: it takes endpoint and region`)
  if (!endpoint || !isEndpoint(endpoint)) throw new Error('has no endpoint like https://s3.example.org')
  return { kind: 'bucket', endpoint: `${endpoint.replace(/\/+$/, '')}/${url.hostname}`, region }
}

function isEndpoint(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false
  const { username, password, search, hash } = new URL(text)
  return !(username || password || search || hash)
}
