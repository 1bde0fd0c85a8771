/** Shapes of regions and their places on the screen; nothing here knows what they mean. */

export type Position = readonly [longitude: number, latitude: number]

/** A shape that stands for one region, or for several that share it; each with the place of its name. */
export interface Shape {
  codes: readonly string[]
  at: readonly Position[]
  polygons: readonly (readonly (readonly Position[])[])[]
}

export interface Box {
  west: number
  south: number
  east: number
  north: number
}

export interface Size {
  width: number
  height: number
}

export interface Drawn {
  key: string
  codes: readonly string[]
  path: string
  /** Of the whole shape, in pixels. */
  width: number
  height: number
  seats: readonly { code: string; x: number; y: number }[]
}

export type Project = (longitude: number, latitude: number) => [x: number, y: number]

export function boxOf(shapes: readonly Shape[]): Box {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity }
  for (const shape of shapes) {
    for (const polygon of shape.polygons) {
      for (const [x, y] of polygon[0] ?? []) {
        box.west = Math.min(box.west, x)
        box.east = Math.max(box.east, x)
        box.south = Math.min(box.south, y)
        box.north = Math.max(box.north, y)
      }
    }
  }
  return box
}

/** Fits a box into a frame, true to its middle latitude, in the middle of the frame. */
export function fit(box: Box, frame: Size & { left?: number; top?: number }, margin: number): Project {
  const narrow = Math.cos((((box.north + box.south) / 2) * Math.PI) / 180)
  const [wide, high] = [(box.east - box.west) * narrow || 1, box.north - box.south || 1]
  const scale = Math.max(0, Math.min((frame.width - 2 * margin) / wide, (frame.height - 2 * margin) / high))
  const left = (frame.left ?? 0) + (frame.width - wide * scale) / 2
  const top = (frame.top ?? 0) + (frame.height - high * scale) / 2
  return (longitude, latitude) => [left + (longitude - box.west) * narrow * scale, top + (box.north - latitude) * scale]
}

export function draw(shapes: readonly Shape[], project: Project): Drawn[] {
  return shapes.map(shape => {
    let path = ''
    const edge = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
    for (const polygon of shape.polygons) {
      for (const ring of polygon) {
        ring.forEach(([longitude, latitude], i) => {
          const [x, y] = project(longitude, latitude)
          edge.left = Math.min(edge.left, x)
          edge.right = Math.max(edge.right, x)
          edge.top = Math.min(edge.top, y)
          edge.bottom = Math.max(edge.bottom, y)
          path += `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
        })
        path += 'Z'
      }
    }
    const seats = shape.codes.map((code, i) => {
      const at = shape.at[i] ?? shape.at[0]!
      const [x, y] = project(at[0], at[1])
      return { code, x, y }
    })
    return { key: shape.codes.join('+'), codes: shape.codes, path, width: edge.right - edge.left, height: edge.bottom - edge.top, seats }
  })
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The place that lies nearest in a direction; null when nothing does. */
export function neighbour<T extends { x: number; y: number }>(from: T, all: readonly T[], direction: Direction): T | null {
  const sign = direction === 'left' || direction === 'up' ? -1 : 1
  const level = direction === 'left' || direction === 'right'
  let best: T | null = null
  let least = Infinity
  for (const other of all) {
    const along = sign * (level ? other.x - from.x : other.y - from.y)
    const aside = Math.abs(level ? other.y - from.y : other.x - from.x)
    if (other === from || along <= 0 || aside > along * 2) continue
    if (along + 2 * aside < least) {
      least = along + 2 * aside
      best = other
    }
  }
  return best
}

/** A bow from one place to another, always to the same side, so that there and back are two lines. */
export function bow(from: readonly [number, number], to: readonly [number, number]): string {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const [mx, my] = [(from[0] + to[0]) / 2 + dy * 0.18, (from[1] + to[1]) / 2 - dx * 0.18]
  return `M${from[0].toFixed(1)} ${from[1].toFixed(1)}Q${mx.toFixed(1)} ${my.toFixed(1)} ${to[0].toFixed(1)} ${to[1].toFixed(1)}`
}
