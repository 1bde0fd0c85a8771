import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boxOf, draw, fit, neighbour, type Position, type Shape } from '@/pages/cockpit/map/geometry'
import { breaksOf, measureOf, shadeOf, together } from '@/pages/cockpit/map/measures'
import { mapOf, mapRegionOf, partsAskedOf } from '@/pages/cockpit/map/shapes'
import { provinceTiles } from '@/pages/cockpit/map/tiles'
import { childrenOf, everywhere, regionName } from '@/regions'

const folder = join(__dirname, '../../src/pages/cockpit/map/shapes')
const maps = readdirSync(folder).filter(f => f.endsWith('.geojson'))

function shapesOf(file: string): Shape[] {
  const { features } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    features: { properties: { codes: string[]; at: Position[] }; geometry: { coordinates: Position[][][] } }[]
  }
  return features.map(f => ({ codes: f.properties.codes, at: f.properties.at, polygons: f.geometry.coordinates }))
}

describe('map shapes', () => {
  it.each(maps)('%s has every region of today exactly once, each with its seat on the map', file => {
    const shapes = shapesOf(file)
    const region = file.slice(0, 6)
    const codes = shapes.flatMap(shape => shape.codes).sort()
    expect(codes).toEqual(childrenOf(partsAskedOf(region)))
    const box = boxOf(shapes)
    for (const shape of shapes) {
      expect(shape.at).toHaveLength(shape.codes.length)
      for (const [x, y] of shape.at) {
        expect(x > box.west && x < box.east && y > box.south && y < box.north, shape.codes.join()).toBe(true)
      }
    }
  })

  it('fold the districts that Hangzhou no longer has, and let the new ones share', () => {
    const shapes = shapesOf('330100.geojson').map(shape => shape.codes.join('+'))
    expect(shapes).toContain('330110+330113')
    expect(shapes).toContain('330109+330114')
    expect(shapes).toHaveLength(11)
  })

  it('are found at the region or the nearest above it', () => {
    expect(mapRegionOf('330106')).toBe('330100')
    expect(mapRegionOf('330200')).toBe('330000')
    expect(mapRegionOf('310100')).toBe('310100')
    expect(mapRegionOf(everywhere)).toBeNull()
    expect(mapRegionOf('440100')).toBeNull()
  })

  it('of the whole country are squares that say so, one a province, none twice in one place', async () => {
    const map = await mapOf(everywhere)
    expect(map.real).toBe(false)
    expect(map.shapes).toHaveLength(34)
    for (const { codes } of provinceTiles()) expect(regionName(codes[0]!, true), codes[0]).not.toBe(codes[0])
    expect(new Set(map.shapes.map(shape => shape.at[0]!.join())).size).toBe(34)
  })
})

describe('drawing', () => {
  const square = (west: number, south: number): Shape => ({
    codes: [`${west},${south}`],
    at: [[west + 0.5, south + 0.5]],
    polygons: [[[[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1]]]]
  })
  const shapes = [square(120, 30), square(121, 30), square(120, 31)]

  it('fits the frame, north up, and keeps the seats where they are', () => {
    const project = fit(boxOf(shapes), { width: 400, height: 300 }, 10)
    const [left, bottom] = project(120, 30)
    const [right, top] = project(122, 32)
    expect(Math.max(right - left - 380, bottom - top - 280)).toBeCloseTo(0)
    expect(left).toBeGreaterThanOrEqual(10)
    expect(top).toBeLessThan(bottom)
    const [first] = draw(shapes, project)
    expect(first!.seats[0]!.x).toBeCloseTo(left + first!.width / 2)
    expect(first!.path).toMatch(/^M.+Z$/)
  })

  it('goes to the nearest region in the direction of an arrow key', () => {
    const seats = draw(shapes, fit(boxOf(shapes), { width: 400, height: 300 }, 10)).flatMap(shape => shape.seats)
    expect(neighbour(seats[0]!, seats, 'right')).toBe(seats[1])
    expect(neighbour(seats[0]!, seats, 'up')).toBe(seats[2])
    expect(neighbour(seats[0]!, seats, 'left')).toBeNull()
  })
})

describe('measures', () => {
  const count = measureOf('received')
  const rate = measureOf('rate:promiseKept')
  const seconds = measureOf('p95:total')

  it('add up counts, form shares anew, and take the longest of durations', () => {
    expect(together(count, [{ value: 3 }, undefined, { value: 4 }])).toBe(7)
    expect(together(count, [undefined])).toBe(0)
    expect(together(rate, [{ value: 0.5, part: 1, whole: 2 }, { value: 1, part: 8, whole: 8 }])).toBe(0.9)
    expect(together(rate, [undefined])).toBeNull()
    expect(together(seconds, [{ value: 60 }, { value: 90 }])).toBe(90)
  })

  it('have a legend of round numbers that holds every value', () => {
    expect(breaksOf(count, [812, 0, null, 38])).toEqual([200, 400, 600, 800, 1000])
    expect(breaksOf(count, [3])).toEqual([1, 2, 3, 4, 5])
    expect(breaksOf(count, [0, null])).toEqual([])
    expect(breaksOf(rate, [0.91, 0.98]).at(-1)).toBe(1)
    for (const values of [[7], [12, 99], [100_000], [1_234_567]]) {
      const breaks = breaksOf(count, values)
      for (const value of values) expect(shadeOf(value, breaks)).toBeLessThanOrEqual(5)
      expect(breaks.at(-1)).toBeGreaterThanOrEqual(Math.max(...values))
    }
  })

  it('tell nothing from unknown', () => {
    expect(shadeOf(0, [1, 2])).toBe(0)
    expect(shadeOf(null, [1, 2])).toBeNull()
    expect(shadeOf(2, [1, 2])).toBe(2)
  })
})
