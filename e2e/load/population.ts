/** Who lives in the benchmark's database. Everything follows from the numbers asked for, and from one seed. */
import { between, mulberry32, type Random } from '../../app/cli/seed/random.ts'

const first =
  'ada bea carl dora emil fay gus hana igor june kofi lena milo nora otto pia quin rosa sven tara umar vera wim xena yara zoe anna boris cleo dan ella finn gina hugo iris jack kira liam maya nils olga paul rita sam theo ursa vito wanda yves zita'.split(
    ' ',
  )
const last =
  'hill stone brook field marsh wood lake moor vale ford crane finch heron wren lark swift rowan hazel alder birch cedar maple olive reed thorn baker cooper fisher mason miller potter sawyer smith tanner weaver wright archer carter turner walker'.split(
    ' ',
  )

/** Usernames are unique whatever the number: the lists repeat with a number behind. */
export function usernameOf(person: number): string {
  const round = Math.floor(person / (first.length * last.length))
  const name = `${first[person % first.length]}_${last[Math.floor(person / first.length) % last.length]}`
  return round === 0 ? name : `${name}${round + 1}`
}

export function displayNameOf(person: number): string {
  return usernameOf(person).replaceAll(/(^|_)(\w)/g, (_, gap: string, letter: string) => {
    return (gap && ' ') + letter.toUpperCase()
  })
}

/** People by their number in order of arrival, from 0. */
export type Cast = {
  /** Each of them follows a hundred people, and some of them write much. */
  viewers: number[]
  followsNobody: number
  /** Two thousand people, or everybody where there are fewer. */
  followsMany: number
  followsTheQuiet: number
  /** They follow whom the first of the viewers follows; the one also the loud one, the other a person as quiet instead. */
  followsTheLoud: number
  followsNoneLoud: number
  /** Has replied to a stranger ten thousand times today. */
  loud: number
  /** People who take pictures, and as many who take none; each group has a follower. */
  pictured: number[]
  unpictured: number[]
  followsPictured: number
  followsUnpictured: number
  /** From this number on, people have not written for months. */
  quietFrom: number
}

export function castOf(users: number): Cast {
  const viewers = Array.from({ length: 24 }, (_, index) => index)
  const quietFrom = Math.floor(users * 0.9) - 1
  const some = { followsNobody: 24, followsMany: 25, followsTheLoud: 26, followsNoneLoud: 27 }
  const group = (from: number) => Array.from({ length: 100 }, (_, n) => from + n).filter(n => n < quietFrom)
  const pictures = { followsPictured: 28, followsUnpictured: 29, pictured: group(30), unpictured: group(130) }
  return { viewers, ...some, ...pictures, followsTheQuiet: users - 1, loud: users - 2, quietFrom }
}

export const repliesOfThread = 1_000
export const lengthOfChain = 500

/** The ids of the first post of a long thread, and of the first and last of a deep one: they are written after all others. */
export function threadsOf(posts: number) {
  const thread = posts + 1
  const chain = thread + repliesOfThread + 1
  return { thread, chain, endOfChain: chain + lengthOfChain }
}

/** Who likes a post and who reposts it, by their numbers: about two likes in the mean, and a repost of every seventh. */
export function reactionsTo(random: Random, users: number): { likes: number[]; reposts: number[] } {
  const first = Math.floor(users * random())
  const likes = Array.from({ length: Math.floor(9 * random() ** 3) }, (_, n) => (first + 37 * n) % users)
  return { likes, reposts: random() < 1 / 7 ? [first] : [] }
}

/** Whom each person follows: a hundred for the viewers; for the many, so many that the total is `total`. */
export function followedBy(person: number, { users, total }: { users: number; total: number }): number[] {
  const cast = castOf(users)
  const random = mulberry32(7_000 + person)
  if (person === cast.followsNobody) return []
  if (person === cast.loud) return []
  if (person === cast.followsTheLoud || person === cast.followsNoneLoud) {
    const same = followedBy(0, { users, total }).filter(other => other < cast.loud - 1 && other !== person)
    return [...same, person === cast.followsTheLoud ? cast.loud : cast.loud - 1]
  }
  if (person === cast.followsPictured) return cast.pictured
  if (person === cast.followsUnpictured) return cast.unpictured
  const everybody = { from: 0, to: users, except: person }
  if (person === cast.followsMany) return draw(Math.min(mostFollowed, users - 1), everybody, random)
  if (person === cast.followsTheQuiet) return draw(100, { ...everybody, from: cast.quietFrom }, random)
  const many = users - cast.viewers.length - 8
  const mean = Math.max(0, total - 100 * (cast.viewers.length + 1) - mostFollowed) / many
  const count = cast.viewers.includes(person) ? 100 : Math.round(mean * between(random, 0.2, 1.8))
  return draw(Math.min(count, users - 1), everybody, random)
}

const mostFollowed = 2_000

type Range = { from: number; to: number; except: number }

/** So many different numbers of a range; those at its beginning are the popular. */
function draw(count: number, { from, to, except }: Range, random: Random): number[] {
  const drawn = new Set<number>()
  // With almost everybody drawn, the last would be waited for for ever.
  if (count > 0.9 * (to - from - 1)) for (let n = from; n < to; n++) drawn.add(n)
  drawn.delete(except)
  while (drawn.size < Math.min(count, to - from - 1)) {
    const person = from + Math.floor((to - from) * random() ** 1.5)
    if (person !== except) drawn.add(person)
  }
  return [...drawn]
}

/** Who writes next: the active with a mild skew, some three to one; long ago also those who are quiet today. */
export function authorOf(random: Random, { users, longAgo }: { users: number; longAgo: boolean }): number {
  const { quietFrom } = castOf(users)
  return Math.floor((longAgo ? users : quietFrom) * random() ** 1.3)
}

const openings =
  'The harbour was all fog this morning,|Finally fixed the old radio|Second attempt at rye bread|Walked the long way home|Somebody left a crate of pears on our steps|Reading on the night train|Rain again,|The choir needs one more alto|Planted the last of the beans|New strings on the violin|We repainted the kitchen|The library stays open until nine now|Learning to sharpen chisels|Counted eleven swifts over the mill|My bicycle has a name now'.split(
    '|',
  )
const middles =
  'and nobody minded at all|but the kettle is on|and it only took four evenings|which is more than last year|so come by if you like|and I am not sorry|while the neighbours watched|because the bridge is closed|and the cat disagrees|with a little help|as if it were nothing|and it smells wonderful'.split(
    '|',
  )
const tags =
  'tea bread garden harbour cycling birds books radio music weather trains wood kitchen market walking photo repair choir swifts history rust node sailing maps cheese'.split(
    ' ',
  )
const links =
  'https://example.org/notes/2026/on-rye-bread|https://maps.example.com/?q=old+mill&zoom=14|https://radio.example.net/listen'.split(
    '|',
  )

export const popularTags = tags.slice(0, 5)

/** The words of a post: a mention in every eighth, a hashtag in every sixth, a link in every fifteenth. */
export function bodyOf(random: Random, users: number): string {
  const words = [pick(openings, random), pick(middles, random)]
  if (random() < 1 / 3) words.push('–', pick(openings, random).toLowerCase().replace(/,$/, ''))
  if (random() < 1 / 8) words.unshift(`@${usernameOf(Math.floor(random() * users))}`)
  if (random() < 1 / 6) words.push(`#${tags[Math.floor(tags.length * random() ** 2)]}`)
  if (random() < 1 / 15) words.push(pick(links, random))
  return words.join(' ')
}

function pick(list: string[], random: Random): string {
  return list[Math.floor(random() * list.length)] as string
}
