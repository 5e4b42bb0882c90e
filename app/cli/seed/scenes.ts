/** The pictures that the people of Pellhaven take, drawn. */
import { below, box, Canvas, type Color, circle, cut, ellipse, line, polygon, type Shape } from './canvas.ts'
import { crust, ink, leaf, mist, mixed, moss, night, paper, red, sea, straw } from './colors.ts'
import { between, mulberry32, type Random } from './random.ts'

/** Draws on a canvas in the size of the scene. */
type Scene = { width: number; height: number; paper: Color; draw(canvas: Canvas, random: Random): void }

const landscape = { width: 840, height: 560 }
const portrait = { width: 560, height: 700 }

/** A line of hills. */
function ridge(
  random: Random,
  { at, height, aspect }: { at: number; height: number; aspect: number },
): Shape {
  const waves = Array.from({ length: 4 }, (_, index) => ({
    length: (between(random, 0.7, 1.4) * aspect) / (index + 1),
    phase: random() * 7,
    height: height / (index + 1.2),
  }))
  return below(at - height * 2.2, x =>
    waves.reduce((y, wave) => y + Math.sin((x / wave.length) * Math.PI * 2 + wave.phase) * wave.height, at),
  )
}

/** Short strokes on the water, longer further down. */
function ripples(random: Random, { from, aspect, count }: { from: number; aspect: number; count: number }) {
  return Array.from({ length: count }, () => {
    const y = from + (1 - from) * random() ** 0.8
    const x = random() * aspect
    return line([x, y], [x + between(random, 0.03, 0.05 + (y - from) * 0.3), y], 0.004 + (y - from) * 0.008)
  })
}

function ferry(x: number, y: number, size: number) {
  const at = (dx: number, dy: number): [number, number] => [x + dx * size, y + dy * size]
  const of = (left: number, top: number, right: number, bottom: number) =>
    box(...at(left, top), ...at(right, bottom))
  return {
    hull: polygon(at(-1, 0), at(1.1, 0), at(0.85, 0.32), at(-0.85, 0.32)),
    decks: [of(-0.75, -0.32, 0.6, 0), of(-0.2, -0.56, 0.45, -0.3)],
    funnel: of(-0.55, -0.66, -0.33, -0.3),
    windows: Array.from({ length: 6 }, (_, n) => circle(...at(-0.6 + n * 0.2, -0.16), 0.055 * size)),
  }
}

const scenes = {
  sunrise: {
    ...landscape,
    paper: [243, 222, 196],
    draw(canvas, random) {
      const { aspect } = canvas
      const tones = [mixed(red, paper, 0.55), mixed(sea, paper, 0.45), sea, mixed(sea, night, 0.6), ink]
      for (const [index, share] of [0.3, 0.16].entries())
        canvas.paint(mixed(paper, red, 0.14 + index * 0.12), below(0.62 - share))
      canvas.paint(red, circle(aspect * between(random, 0.3, 0.7), between(random, 0.36, 0.44), 0.15))
      for (const [index, tone] of tones.entries())
        canvas.paint(tone, ridge(random, { at: 0.5 + index * 0.12, height: 0.045, aspect }))
    },
  },
  ferry: {
    ...landscape,
    paper: mist,
    draw(canvas, random) {
      const { aspect } = canvas
      canvas.paint(paper, circle(aspect * 0.74, 0.25, 0.11))
      canvas.paint(mixed(sea, mist, 0.5), ridge(random, { at: 0.52, height: 0.04, aspect }))
      canvas.paint(sea, below(0.58))
      const { hull, decks, funnel, windows } = ferry(aspect * 0.42, 0.56, 0.3)
      canvas.paint(paper, ...decks)
      canvas.paint(red, funnel)
      canvas.paint(ink, hull, ...windows)
      canvas.paint(mixed(sea, paper, 0.55), ...ripples(random, { from: 0.68, aspect, count: 70 }))
    },
  },
  harbor: {
    ...landscape,
    paper: night,
    draw(canvas, random) {
      const { aspect } = canvas
      const stars = Array.from({ length: 50 }, () =>
        circle(random() * aspect, random() * 0.5, 0.002 + random() * 0.002),
      )
      canvas.paint(paper, ...stars, cut(circle(aspect * 0.8, 0.2, 0.08), circle(aspect * 0.77, 0.18, 0.075)))
      const houses: Shape[] = []
      const lit: Shape[] = []
      for (let x = -0.05; x < aspect; x += 0.16) {
        const top = between(random, 0.4, 0.52)
        houses.push(
          box(x, top, x + 0.155, 0.75),
          polygon([x - 0.01, top], [x + 0.0775, top - 0.09], [x + 0.165, top]),
        )
        for (const floor of [top + 0.05, top + 0.14])
          for (const side of [0.03, 0.09])
            if (random() < 0.35) lit.push(box(x + side, floor, x + side + 0.032, floor + 0.05))
      }
      canvas.paint(ink, ...houses)
      canvas.paint(straw, ...lit)
      canvas.paint(mixed(night, sea, 0.45), below(0.75))
      canvas.paint(straw, ...ripples(random, { from: 0.78, aspect, count: 40 }))
    },
  },
  window: {
    ...portrait,
    paper: ink,
    draw(canvas, random) {
      const { aspect } = canvas
      const bricks: Shape[] = []
      for (let row = 0; row < 17; row += 1)
        for (let x = row % 2 ? -0.06 : 0; x < aspect; x += 0.12)
          if (random() < 0.5) bricks.push(box(x + 0.006, row * 0.06 + 0.006, x + 0.114, row * 0.06 + 0.054))
      canvas.paint(mixed(ink, red, 0.22), ...bricks)
      canvas.paint(paper, box(aspect * 0.24, 0.2, aspect * 0.76, 0.76))
      canvas.paint(straw, box(aspect * 0.27, 0.225, aspect * 0.73, 0.735))
      const bars = [
        line([aspect / 2, 0.2], [aspect / 2, 0.76], 0.02),
        line([aspect * 0.24, 0.44], [aspect * 0.76, 0.44], 0.02),
      ]
      canvas.paint(
        ink,

        ellipse(aspect * 0.62, 0.66, 0.075, 0.09),
        circle(aspect * 0.62, 0.55, 0.05),
        polygon([aspect * 0.62 - 0.05, 0.55], [aspect * 0.62 - 0.04, 0.47], [aspect * 0.62 - 0.005, 0.51]),
        polygon([aspect * 0.62 + 0.005, 0.51], [aspect * 0.62 + 0.04, 0.47], [aspect * 0.62 + 0.05, 0.55]),
      )
      canvas.paint(paper, ...bars, box(aspect * 0.2, 0.76, aspect * 0.8, 0.8))
      canvas.paint(red, box(aspect * 0.28, 0.68, aspect * 0.4, 0.76), circle(aspect * 0.34, 0.6, 0.055))
    },
  },
  loaf: {
    ...landscape,
    paper: [214, 201, 178],
    draw(canvas, random) {
      const { aspect } = canvas
      const x = aspect / 2
      canvas.paint(mixed(crust, ink, 0.55), box(x - 0.62, 0.12, x + 0.62, 0.92))
      canvas.paint(mixed(crust, paper, 0.2), box(x - 0.6, 0.1, x + 0.6, 0.89))
      canvas.paint(mixed(crust, ink, 0.4), ellipse(x + 0.01, 0.52, 0.41, 0.33))
      canvas.paint(crust, ellipse(x, 0.5, 0.41, 0.33))
      canvas.paint(mixed(crust, straw, 0.5), ellipse(x - 0.04, 0.46, 0.33, 0.25))
      const cuts = Array.from({ length: 5 }, (_, n) =>
        line([x - 0.26 + n * 0.12, 0.68], [x - 0.18 + n * 0.12, 0.32], 0.028),
      )
      canvas.paint(paper, ...cuts)
      const flour = Array.from({ length: 160 }, () =>
        circle(random() * aspect, random(), 0.002 + random() * 0.003),
      )
      canvas.paint(paper, ...flour)
    },
  },
  tea: {
    ...landscape,
    paper: [205, 212, 205],
    draw(canvas, random) {
      const { aspect } = canvas
      const boards = Array.from({ length: 5 }, (_, n) =>
        line([0, n * 0.24], [aspect, n * 0.24 + 0.01], 0.006),
      )
      canvas.paint(mixed(mist, ink, 0.35), ...boards)
      for (const [x, y, tone] of [
        [aspect * 0.34, 0.52, red],
        [aspect * 0.7, 0.42, sea],
      ] as const) {
        canvas.paint(mixed(mist, ink, 0.3), circle(x + 0.02, y + 0.025, 0.27))
        canvas.paint(paper, circle(x, y, 0.27))
        canvas.paint(tone, cut(circle(x, y, 0.24), circle(x, y, 0.225)))
        canvas.paint(paper, circle(x, y, 0.16), line([x + 0.14, y], [x + 0.22, y - 0.07], 0.035))
        canvas.paint(ink, cut(circle(x, y, 0.16), circle(x, y, 0.152)))
        canvas.paint(crust, circle(x, y, 0.135))
        canvas.paint(mixed(crust, paper, 0.35), ellipse(x - 0.03, y - 0.05, 0.05, 0.02))
      }
      const spilled = Array.from({ length: 9 }, () =>
        circle(aspect * 0.52 + random() * 0.14, 0.78 + random() * 0.12, 0.01 + random() * 0.02),
      )
      canvas.paint(crust, ...spilled)
    },
  },
  beans: {
    ...portrait,
    paper: [228, 226, 206],
    draw(canvas, random) {
      const { aspect } = canvas
      canvas.paint(mixed(crust, ink, 0.35), below(0.86))
      for (let x = 0.1; x < aspect; x += 0.2) {
        canvas.paint(crust, line([x, 0.9], [x + 0.04, 0.06], 0.014))
        const leaves: Shape[] = []
        const pods: Shape[] = []
        const flowers: Shape[] = []
        for (let y = 0.12; y < 0.84; y += 0.05) {
          const side = random() < 0.5 ? -1 : 1
          const at = x + 0.03 + side * between(random, 0.02, 0.07)
          leaves.push(ellipse(at, y, 0.045, 0.03))
          if (random() < 0.4) pods.push(line([at, y + 0.02], [at + side * 0.02, y + 0.11], 0.018))
          if (random() < 0.25) flowers.push(circle(at + side * 0.03, y, 0.013))
        }
        canvas.paint(leaf, ...leaves)
        canvas.paint(moss, ...pods)
        canvas.paint(red, ...flowers)
      }
    },
  },
  birds: {
    ...landscape,
    paper: [226, 222, 212],
    draw(canvas, random) {
      const { aspect } = canvas
      const wires = [0.34, 0.52, 0.7]
      canvas.paint(ink, ...wires.map(y => line([0, y], [aspect, y + 0.03], 0.006)))
      const birds: Shape[] = []
      const breasts: Shape[] = []
      for (const y of wires)
        for (let x = between(random, 0.1, 0.3); x < aspect - 0.1; x += between(random, 0.16, 0.4)) {
          const at = y + (0.03 * x) / aspect - 0.05
          birds.push(
            ellipse(x, at, 0.036, 0.05),
            circle(x + 0.012, at - 0.05, 0.026),
            line([x - 0.02, at + 0.03], [x - 0.05, at + 0.09], 0.014),
            polygon([x + 0.035, at - 0.06], [x + 0.06, at - 0.05], [x + 0.034, at - 0.043]),
          )
          if (random() < 0.3) breasts.push(ellipse(x + 0.014, at, 0.02, 0.03))
        }
      canvas.paint(ink, ...birds)
      canvas.paint(red, ...breasts)
    },
  },
  rain: {
    ...portrait,
    paper: [178, 189, 192],
    draw(canvas, random) {
      const { aspect } = canvas
      const drops = Array.from({ length: 170 }, () => {
        const [x, y] = [random() * (aspect + 0.2) - 0.1, random()]
        return line([x, y], [x - 0.02, y + 0.06], 0.003)
      })
      canvas.paint(paper, ...drops)
      canvas.paint(moss, ridge(random, { at: 0.9, height: 0.02, aspect }))
      const x = aspect / 2
      canvas.paint(
        ink,

        polygon([x - 0.14, 0.28], [x + 0.14, 0.28], [x + 0.03, 0.42], [x - 0.03, 0.42]),
        box(x - 0.085, 0.38, x + 0.085, 0.88),
      )
      canvas.paint(paper, box(x - 0.07, 0.42, x + 0.07, 0.865))
      canvas.paint(sea, box(x - 0.07, 0.56, x + 0.07, 0.865))
      const marks = Array.from({ length: 8 }, (_, n) =>
        line([x + 0.02, 0.47 + n * 0.05], [x + 0.07, 0.47 + n * 0.05], 0.006),
      )
      canvas.paint(ink, ...marks)
      canvas.paint(red, line([x - 0.07, 0.56], [x + 0.07, 0.56], 0.01))
    },
  },
  seal: {
    ...landscape,
    paper: mist,
    draw(canvas, random) {
      const { aspect } = canvas
      canvas.paint(sea, below(0.36))
      canvas.paint(mixed(sea, paper, 0.5), ...ripples(random, { from: 0.4, aspect, count: 40 }))
      canvas.paint(mixed(mist, ink, 0.32), polygon([0, 0.5], [aspect, 0.72], [aspect, 1], [0, 1]))
      const stones = Array.from({ length: 26 }, () => {
        const x = random() * aspect
        return ellipse(x, between(random, 0.56 + x * 0.15, 1), between(random, 0.03, 0.06), 0.014)
      })
      canvas.paint(mixed(mist, ink, 0.42), ...stones)
      const x = aspect * 0.5
      canvas.paint(night, polygon([x + 0.36, 0.71], [x + 0.52, 0.6], [x + 0.56, 0.68], [x + 0.42, 0.78]))
      canvas.paint(
        mixed(night, mist, 0.3),
        ellipse(x + 0.02, 0.68, 0.42, 0.13),
        ellipse(x - 0.34, 0.58, 0.12, 0.11),
      )
      canvas.paint(mixed(night, mist, 0.55), ellipse(x - 0.4, 0.62, 0.055, 0.042))
      canvas.paint(
        ink,
        circle(x - 0.37, 0.54, 0.016),
        circle(x - 0.43, 0.605, 0.012),
        line([x - 0.12, 0.74], [x - 0.02, 0.8], 0.05),
      )
      canvas.paint(
        ink,
        line([x - 0.4, 0.635], [x - 0.31, 0.655], 0.004),
        line([x - 0.4, 0.625], [x - 0.3, 0.63], 0.004),
      )
    },
  },
  honey: {
    ...landscape,
    paper: [236, 226, 204],
    draw(canvas, random) {
      const { aspect } = canvas
      for (const shelf of [0.46, 0.9]) {
        for (let x = 0.14; x < aspect - 0.1; x += 0.205) {
          const tone = mixed(straw, crust, random() * 0.7)
          canvas.paint(mixed(tone, ink, 0.12), box(x - 0.08, shelf - 0.26, x + 0.08, shelf))
          canvas.paint(tone, box(x - 0.07, shelf - 0.25, x + 0.07, shelf - 0.01))
          canvas.paint(red, box(x - 0.085, shelf - 0.32, x + 0.085, shelf - 0.26))
          canvas.paint(paper, box(x - 0.05, shelf - 0.17, x + 0.05, shelf - 0.07))
          canvas.paint(
            ink,
            line([x - 0.03, shelf - 0.135], [x + 0.03, shelf - 0.135], 0.008),
            line([x - 0.03, shelf - 0.105], [x + 0.015, shelf - 0.105], 0.008),
          )
        }
        canvas.paint(mixed(crust, ink, 0.3), box(0, shelf, aspect, shelf + 0.035))
      }
    },
  },
} satisfies Record<string, Scene>

export type SceneName = keyof typeof scenes

export function isScene(name: string): name is SceneName {
  return Object.hasOwn(scenes, name)
}

/** Draws a scene; each number is another view of it. */
export function drawScene(name: SceneName, number: number): Canvas {
  const { width, height, paper, draw }: Scene = scenes[name]
  const canvas = new Canvas(width, height, paper)
  draw(canvas, mulberry32(number * 7919))
  return canvas
}
