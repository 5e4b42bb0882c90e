import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { parseForm } from '../api/bodies.ts'
import { findStoredAnswer, sendCreated, storeAnswer } from '../api/idempotency.ts'
import { FieldProblem } from '../api/problems.ts'
import { fieldOf, IdempotencyKey, operation, returnsJson, returnsProblem } from '../api/schemas.ts'
import { Problem } from '../http/errors.ts'
import { addFieldErrors } from '../http/forms.ts'
import { findProfile, type Profile } from '../profiles/queries.ts'
import { serializeUser, UserResource, userPath } from '../profiles/serializer.ts'
import { hashPassword, verifyPassword } from '../security/passwords.ts'
import { SignUpForm, validateSignUp } from './forms.ts'
import { findCredentials } from './queries.ts'
import { checkNames, countSignUp, registerAccount } from './registration.ts'

const { username, email } = SignUpForm.properties
const UserBody = Type.Object(
  {
    username: fieldOf(username, { description: 'Letters, digits and _; at most 64.', examples: ['susan'] }),
    email: fieldOf(email, { description: 'Nobody else sees it.', examples: ['susan@example.com'] }),
    password: Type.String({
      errorKey: 'accounts.password_too_short',
      description: 'At least 8 characters.',
      examples: ['tea at the harbour'],
    }),
  },
  { additionalProperties: false },
)
const CreatedUser = Type.Object({ message: Type.String(), ...UserResource.properties })

type CreateRequest = FastifyRequest<{ Body: Type.Static<typeof UserBody> }>
type Taken = { username: boolean; email: boolean }

/** Registered in its own scope, because no other route of the API accepts a form. */
export default async function accountsApi(app: FastifyInstance) {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, parseForm)
  const create = operation('users', 'createUser', 'Create an account', {
    config: { public: true, validate: validateSignUp },
    headers: IdempotencyKey,
    body: UserBody,
    consumes: ['application/json', 'application/x-www-form-urlencoded'],
    response: {
      201: returnsJson(CreatedUser, 'The account is created; Location says where it is.'),
      403: returnsProblem('Sign-up is closed.'),
      409: returnsProblem('The username is taken; or, on a site that sends no mail, the email address.'),
      429: returnsProblem('Too many attempts from your network.'),
    },
    description: 'While sign-up is open. The body may also be a form (application/x-www-form-urlencoded).',
  })
  app.post('/users', create, createUser)
}

async function createUser(request: CreateRequest, reply: FastifyReply) {
  const { config, db } = request.server
  if (!config.signUpOpen) throw new Problem(403, 'accounts.sign_up_closed')
  const taken = await checkNames(request)
  if (taken.username || taken.email) return replayOrRefuse(request, reply, taken)
  await countSignUp(request)
  const { username, email, password } = request.body
  const language = request.headers['accept-language'] ? request.language : null
  const account = { username, email, passwordHash: await hashPassword(password), language }
  const created = await db.transaction(async tx => {
    const opened = await registerAccount(tx, account, config)
    if ('taken' in opened) return opened
    const profile = (await findProfile(tx, account.username, null)) as Profile
    const body = { message: request.t('api.user_created'), ...serializeUser(profile, config) }
    const answer = { location: userPath(account.username), body }
    await storeAnswer(tx, request, { ...answer, userId: opened.id })
    return answer
  })
  if (!('taken' in created)) return sendCreated(reply, created)
  return replayOrRefuse(request, reply, { username: false, email: false, [created.taken]: true })
}

/** A retry of the request that created the account gets the stored response. */
async function replayOrRefuse(request: CreateRequest, reply: FastifyReply, taken: Taken) {
  const { username, password } = request.body
  const { db } = request.server
  const account = request.headers['idempotency-key'] ? await findCredentials(db, username) : undefined
  const earlier = account && (await findStoredAnswer(db, request, account.id))
  if (earlier && (await verifyPassword(password, account?.passwordHash))) return sendCreated(reply, earlier)
  const fieldErrors = addFieldErrors(
    request,
    {},
    {
      username: taken.username && 'accounts.username_taken',
      email: taken.email && 'accounts.email_taken',
    },
  )
  throw new FieldProblem(409, fieldErrors)
}
