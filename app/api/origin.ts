/** The API of the Flask microblog that this is after (its chapter 23), endpoint by endpoint. */
import type { LocaleKey } from '../locales/translate.ts'

export const endpoints: { original: string; ours: string; difference: LocaleKey }[] = [
  { original: 'GET /api/users/<id>', ours: 'getUser', difference: 'reference.origin_user' },
  { original: 'GET /api/users', ours: 'listUsers', difference: 'reference.origin_users' },
  { original: 'GET /api/users/<id>/followers', ours: 'listFollowers', difference: 'reference.origin_lists' },
  { original: 'GET /api/users/<id>/following', ours: 'listFollowing', difference: 'reference.origin_lists' },
  { original: 'POST /api/users', ours: 'createUser', difference: 'reference.origin_create' },
  { original: 'PUT /api/users/<id>', ours: 'updateMe', difference: 'reference.origin_update' },
  { original: 'POST /api/tokens', ours: 'createToken', difference: 'reference.origin_token' },
  { original: 'DELETE /api/tokens', ours: 'deleteToken', difference: 'reference.origin_revoke' },
]
