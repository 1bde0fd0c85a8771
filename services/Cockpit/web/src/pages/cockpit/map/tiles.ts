import type { Shape } from './geometry'

/** Regions as equal squares, where there are no shapes: of the provinces roughly where they lie, of others row by row. */
const provinces: Record<string, readonly [column: number, row: number]> = {
  '230000': [9, 0], '150000': [6, 1], '110000': [7, 1], '210000': [8, 1], '220000': [9, 1], '650000': [1, 2], '620000': [3, 2],
  '640000': [4, 2], '140000': [6, 2], '130000': [7, 2], '120000': [8, 2], '630000': [3, 3], '610000': [5, 3], '410000': [6, 3],
  '370000': [7, 3], '540000': [2, 4], '510000': [4, 4], '500000': [5, 4], '420000': [6, 4], '340000': [7, 4], '320000': [8, 4],
  '310000': [9, 4], '530000': [4, 5], '520000': [5, 5], '430000': [6, 5], '360000': [7, 5], '330000': [8, 5], '450000': [5, 6],
  '440000': [6, 6], '350000': [7, 6], '710000': [9, 6], '460000': [5, 7], '820000': [6, 7], '810000': [7, 7]
}

const gap = 0.06

function tile(code: string, column: number, row: number): Shape {
  const [west, east, north, south] = [column + gap, column + 1 - gap, -row - gap, -row - 1 + gap]
  return { codes: [code], at: [[column + 0.5, -row - 0.5]], polygons: [[[[west, north], [east, north], [east, south], [west, south]]]] }
}

export function tilesOf(codes: readonly string[]): Shape[] {
  const columns = Math.ceil(Math.sqrt(codes.length * 1.6))
  return [...codes].sort().map((code, i) => tile(code, i % columns, Math.floor(i / columns)))
}

export function provinceTiles(): Shape[] {
  return Object.entries(provinces).map(([code, [column, row]]) => tile(code, column, row))
}
