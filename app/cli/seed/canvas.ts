/** A canvas of flat colors, like a linocut: shapes are painted over each other, smooth at their edges. */

/** Red, green and blue, from 0 to 255. */
export type Color = readonly [number, number, number]
export type Point = [x: number, y: number]
/**
 * `distance` is that of a point to the edge, negative inside; no point outside the bounds is inside. The canvas is 1 high.
 */
export type Shape = {
  distance(x: number, y: number): number
  left: number
  top: number
  right: number
  bottom: number
}

const everywhere = { left: 0, top: 0, right: 100, bottom: 1 }

export class Canvas {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel, row by row. */
  readonly pixels: Uint8Array

  constructor(width: number, height: number, paper: Color) {
    this.width = width
    this.height = height
    this.pixels = Buffer.alloc(width * height * 3, Uint8Array.from(paper))
  }

  /** The width, where the height is 1. */
  get aspect(): number {
    return this.width / this.height
  }

  paint(color: Color, ...shapes: Shape[]): void {
    for (const shape of shapes) this.#paint(color, shape)
  }

  #paint([red, green, blue]: Color, shape: Shape): void {
    const { width, height, pixels } = this
    const [firstRow, lastRow] = [shape.top, shape.bottom].map(y =>
      within(Math.round(y * height), height),
    ) as [number, number]
    const [first, last] = [shape.left, shape.right].map(x => within(Math.round(x * height), width)) as [
      number,
      number,
    ]
    for (let row = firstRow; row < lastRow; row += 1)
      for (let column = first; column < last; column += 1) {
        const distance = shape.distance((column + 0.5) / height, (row + 0.5) / height) * height
        if (distance >= 0.5) continue
        const share = Math.min(1, 0.5 - distance)
        const at = (row * width + column) * 3
        pixels[at] = mix(pixels[at], red, share)
        pixels[at + 1] = mix(pixels[at + 1], green, share)
        pixels[at + 2] = mix(pixels[at + 2], blue, share)
      }
  }
}

function within(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max)
}

function mix(under = 0, over: number, share: number): number {
  return Math.round(under * (1 - share) + over * share)
}

function around(x: number, y: number, [wide, high]: [number, number]) {
  const edge = 0.004
  return { left: x - wide - edge, top: y - high - edge, right: x + wide + edge, bottom: y + high + edge }
}

export function circle(x: number, y: number, radius: number): Shape {
  return {
    ...around(x, y, [radius, radius]),
    distance: (px, py) => Math.sqrt((px - x) ** 2 + (py - y) ** 2) - radius,
  }
}

export function ellipse(x: number, y: number, wide: number, high: number): Shape {
  const least = Math.min(wide, high)
  return {
    ...around(x, y, [wide, high]),
    distance: (px, py) => (Math.sqrt(((px - x) / wide) ** 2 + ((py - y) / high) ** 2) - 1) * least,
  }
}

/** A box from its left upper to its right lower corner. */
export function box(left: number, top: number, right: number, bottom: number): Shape {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2]
  const [wide, high] = [(right - left) / 2, (bottom - top) / 2]
  return {
    ...around(x, y, [wide, high]),
    distance: (px, py) => Math.max(Math.abs(px - x) - wide, Math.abs(py - y) - high),
  }
}

/** A line with round ends. */
export function line([x, y]: Point, [toX, toY]: Point, thickness: number): Shape {
  const [dx, dy, half] = [toX - x, toY - y, thickness / 2]
  const length = dx * dx + dy * dy || 1
  return {
    ...around((x + toX) / 2, (y + toY) / 2, [Math.abs(dx) / 2 + half, Math.abs(dy) / 2 + half]),
    distance(px, py) {
      const along = within(((px - x) * dx + (py - y) * dy) / length, 1)
      return Math.sqrt((px - x - along * dx) ** 2 + (py - y - along * dy) ** 2) - half
    },
  }
}

/** Everything below an edge, which is nowhere higher than `top`. */
export function below(top: number, edge: (x: number) => number = () => top): Shape {
  const edges = new Map<number, number>()
  const edgeAt = (x: number) => {
    const known = edges.get(x)
    if (known !== undefined) return known
    edges.set(x, edge(x))
    return edges.get(x) as number
  }
  return { ...everywhere, top, distance: (x, y) => edgeAt(x) - y }
}

/** A shape without dents; its corners go round clockwise. */
export function polygon(...points: Point[]): Shape {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const sides = points.map(([x, y], index) => {
    const [lastX, lastY] = points.at(index - 1) as Point
    const length = Math.hypot(x - lastX, y - lastY)
    return { x, y, nx: (y - lastY) / length, ny: (lastX - x) / length }
  })
  return {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
    distance: (px, py) =>
      sides.reduce((most, { x, y, nx, ny }) => Math.max(most, (px - x) * nx + (py - y) * ny), -1),
  }
}

/** What lies in both. */
export function both(shape: Shape, other: Shape): Shape {
  return { ...shape, distance: (x, y) => Math.max(shape.distance(x, y), other.distance(x, y)) }
}

/** The first without the second. */
export function cut(shape: Shape, hole: Shape): Shape {
  return { ...shape, distance: (x, y) => Math.max(shape.distance(x, y), -hole.distance(x, y)) }
}
