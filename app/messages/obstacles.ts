import type { LocaleKey } from '../locales/translate.ts'
import type { Obstacle } from './correspondent-queries.ts'

/** The sentences of obstacles, which take the person's `name`. */
export const obstacleWords: Record<Obstacle, LocaleKey> = {
  oneself: 'messages.oneself',
  apart: 'messages.apart',
  closed: 'messages.closed',
  only_following: 'messages.only_following',
}
