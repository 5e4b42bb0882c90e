import { below, both, box, Canvas, type Color, circle, cut, ellipse, line } from './canvas.ts'
import { crust, ink, leaf, mist, mixed, moss, night, paper, red, sea, straw } from './colors.ts'

const grounds = {
  mist,
  straw,
  rose: mixed(red, paper, 0.35),
  sea,
  leaf: mixed(leaf, paper, 0.3),
  night,
  crust,
} as const
const skins: Color[] = [
  [242, 208, 180],
  [222, 170, 130],
  [176, 118, 82],
  [120, 78, 56],
]
const hairs = { black: ink, brown: [104, 66, 40], gray: [200, 196, 188], ginger: [176, 88, 44] } as const
const shirts = { red, night, moss, paper, sea, straw } as const

/** `skin` is from 0, the lightest, to 3. */
export type Face = {
  ground: string
  skin: number
  hair: string
  shirt: string
  long?: boolean
  beard?: boolean
  glasses?: boolean
}

function chosen(colors: Record<string, Color>, name: string): Color {
  const color = colors[name]
  if (!color) throw new Error(`people.json: no face has the color ${name}`)
  return color
}

export function drawFace({ ground, skin: tone, hair: hairName, shirt, ...face }: Face): Canvas {
  const canvas = new Canvas(400, 400, chosen(grounds, ground))
  const [skin, hair] = [skins[tone] as Color, chosen(hairs, hairName)]
  if (face.long) canvas.paint(hair, circle(0.5, 0.42, 0.25), box(0.25, 0.42, 0.75, 0.72))
  canvas.paint(chosen(shirts, shirt), ellipse(0.5, 1.02, 0.4, 0.3))
  canvas.paint(mixed(skin, ink, 0.16), box(0.43, 0.55, 0.57, 0.76), ellipse(0.5, 0.76, 0.07, 0.05))
  canvas.paint(skin, ellipse(0.5, 0.46, 0.185, 0.23))
  canvas.paint(hair, both(ellipse(0.5, 0.43, 0.21, 0.24), box(0, 0, 1, 0.34)))
  if (face.beard) canvas.paint(hair, both(ellipse(0.5, 0.47, 0.195, 0.24), below(0.55)))
  canvas.paint(ink, circle(0.43, 0.46, 0.016), circle(0.57, 0.46, 0.016))
  if (face.glasses) {
    const rims = [0.42, 0.58].map(x => cut(circle(x, 0.46, 0.062), circle(x, 0.46, 0.05)))
    canvas.paint(ink, ...rims, line([0.48, 0.46], [0.52, 0.46], 0.012))
  }
  canvas.paint(mixed(red, ink, 0.3), line([0.46, 0.59], [0.54, 0.59], 0.014))
  return canvas
}
