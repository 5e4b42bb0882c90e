/** The colors of Pellhaven: paper, ink, a red and a few quiet tones. */
import type { Color } from './canvas.ts'

export const paper: Color = [246, 240, 228]
export const ink: Color = [43, 35, 29]
export const red: Color = [190, 58, 42]
export const night: Color = [38, 47, 66]
export const sea: Color = [88, 122, 133]
export const mist: Color = [196, 205, 199]
export const straw: Color = [222, 190, 120]
export const crust: Color = [176, 116, 62]
export const leaf: Color = [104, 124, 82]
export const moss: Color = [62, 80, 62]

/** `share` of the other, from 0 to 1. */
export function mixed(one: Color, other: Color, share: number): Color {
  const mix = (at: 0 | 1 | 2) => Math.round(one[at] * (1 - share) + other[at] * share)
  return [mix(0), mix(1), mix(2)]
}
