/** Some people who have done everything that a page shows, for journeys that only look. */
import { linksIn } from '../../app/testing/mailbox.ts'
import { photo } from '../../app/testing/pictures.ts'
import { type Person, password } from './people.ts'
import { publishPictures } from './published-pictures.ts'
import { type Site, test as site } from './site.ts'

export interface Community {
  susan: Person
  john: Person
  newcomer: Person
  /** Whom susan has blocked. */
  blocked: Person
  post: string
  johns: string
  /** A post by john that quotes another. */
  quote: string
  /** A reply in the middle of a thread with a gap. */
  reply: string
  /** A post by john with a content warning that nobody else may answer, in a thread that susan has muted. */
  closed: string
  /** A post by john of three pictures, in the middle of his timeline. */
  pictures: string
  tag: string
  passwordLink: string
  confirmation: string
  signInLink: string
  /** Undoes a change of password. */
  recovery: string
}

/** Journeys with a community that only reads: one for each worker. */
export const test = site.extend<object, { community: Community }>({
  community: [async ({ site }, use) => use(await settle(site)), { scope: 'worker', timeout: 90_000 }],
})

async function settle(site: Site): Promise<Community> {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const newcomer = await site.person('somebody_with_a_rather_long_username_that_still_fits_in')
  const tag = site.newName('tea')
  await john.send('/settings/profile', { displayName: 'Johannes Øresund-Þórðarson '.repeat(2), about: 'شاي' })
  await susan.send('/settings/profile', await facesOf(susan.username))
  for (let day = 1; day <= 26; day++) await john.send('/posts', { body: `Day ${day}. 🌊 #${tag}` })
  await john.send('/posts', { body: `${'x'.repeat(120)} @${susan.username}` })
  const alts = [`${'w'.repeat(90)} قارب 🌊`, '', 'A flag in the wind. '.repeat(45)]
  const pictures = await publishPictures(site, john, { body: '', alts })
  const johns = await john.publish('صباح الخير من الميناء #tea')
  const reply = await converse(susan, john, johns)
  await susan.follow(john)
  await john.follow(susan)
  await correspond(susan, john)
  await susan.send('/exports', {})
  const post = await susan.publish(`https://example.com/${'w'.repeat(90)} #${tag}`)
  await susan.send(post, { body: `https://example.com/${'w'.repeat(99)} #${tag}` })
  for (const liked of [post, johns, reply]) {
    for (const person of [susan, john])
      for (const verb of ['like', 'repost']) await person.send(`${liked}/${verb}`, {})
    await susan.send(`${liked}/bookmark`, {})
  }
  const quote = await quoteBoth(john, post, johns)
  await susan.send(`${post}/pin`, {})
  const warning = { repliesFrom: 'nobody', contentWarning: `${'w'.repeat(60)} 🌊 تحذير` }
  const closed = await john.publish('What it warns of.', warning)
  await susan.send(`${closed}/mute`, {})
  const blocked = await site.person('somebody_who_was_rather_loud_at_the_harbour')
  await susan.send(`/@${blocked.username}/block`, {})
  const printed = await site.command('user', 'reset-link', susan.username)
  const [confirmation = ''] = linksIn((await site.mailbox.next(newcomer.email)).text)
  const passwordLink = printed.split('\n')[0] ?? ''
  const links = { passwordLink, confirmation, ...(await mailLinks(site, john)) }
  return { susan, john, newcomer, blocked, post, johns, quote, reply, closed, pictures, tag, ...links }
}

/** A profile with a picture and a banner. */
async function facesOf(displayName: string): Promise<FormData> {
  const form = new FormData()
  form.append('displayName', displayName)
  for (const [field, width] of [
    ['avatar', 200],
    ['banner', 600],
  ] as const)
    form.append(field, new File([new Uint8Array(await photo(width, 200))], `${field}.jpg`))
  return form
}

/** Quotes two posts; returns the path of the second quote, whose words are hard to lay out. */
async function quoteBoth(person: Person, first: string, second: string): Promise<string> {
  const quoteOf = (path: string) => ({ quote: path.replace('/posts/', '') })
  await person.publish('Long words.', quoteOf(first))
  return person.publish(`${'x'.repeat(120)} 🌊`, quoteOf(second))
}

/** The links that come by mail once an address is confirmed. */
async function mailLinks(site: Site, { email, send }: Person) {
  const next = async () => new URL(linksIn((await site.mailbox.next(email)).text)[0] ?? '').pathname
  await send(await next(), {})
  await send('/settings/account/password', { current_password: password, password })
  const recovery = await next()
  await send('/sign-in/link', { identifier: email })
  return { recovery, signInLink: await next() }
}

/** A thread under a post, of which one is deleted again; returns the path of a reply that has replies. */
async function converse(susan: Person, john: Person, path: string): Promise<string> {
  const answer = async (person: Person, to: string, body: string) => {
    const { headers } = await person.send(`${to}/replies`, { body })
    return (headers.get('location') ?? '').replace(/^.*#post-/, '/posts/')
  }
  const middle = await answer(susan, path, `${'w'.repeat(99)} 🌊`)
  const gone = await answer(john, middle, 'Soon gone.')
  await answer(susan, await answer(susan, gone, 'صباح النور'), 'And on.')
  await answer(john, middle, 'Below.')
  await john.send(`${gone}/delete`, {})
  return middle
}

async function correspond(susan: Person, john: Person): Promise<void> {
  const say = (from: Person, to: Person, body: string) => from.send(`/messages/@${to.username}`, { body })
  for (let line = 1; line <= 26; line++) await say(john, susan, `Line ${line} 🌊`)
  await say(susan, john, `https://example.com/${'w'.repeat(99)}`)
  await say(john, susan, 'x'.repeat(140))
  await say(susan, john, 'صباح الخير من الميناء')
}
