import { childrenOf, everywhere, parentOf } from '@/regions'
import type { Box, Position, Shape } from './geometry'
import { provinceTiles, tilesOf } from './tiles'

/** Which map a region is shown on; see shapes/README.md for where the shapes come from and what they cannot show. */
export interface RegionMapData {
  /** The region whose parts the map shows. */
  region: string
  shapes: readonly Shape[]
  /** Real shapes, or squares that only say which regions there are. */
  real: boolean
  /** A part that is too crowded to be read at the map's own scale, shown once more beside it. */
  inset: Box | null
}

const files = import.meta.glob<string>('./shapes/*.geojson', { query: '?url', import: 'default' })
const insets: Record<string, Box> = {
  '330100': { west: 119.98, south: 30.09, east: 120.44, north: 30.43 },
  '310000': { west: 121.34, south: 31.13, east: 121.59, north: 31.36 }
}
/** A municipality's districts stand below its one city. */
const sameMap: Record<string, string> = { '310100': '310000' }
const kept = new Map<string, Promise<readonly Shape[]>>()

interface Feature {
  properties: { codes: string[]; at: Position[] }
  geometry: { coordinates: Position[][][] }
}

function fileOf(region: string): string | null {
  const path = `./shapes/${sameMap[region] ?? region}.geojson`
  return path in files ? path : null
}

/** The nearest region at or above this one that has shapes; null when there is none below everywhere. */
export function mapRegionOf(region: string): string | null {
  for (let at: string | null = region; at !== null && at !== everywhere; at = parentOf(at)) {
    if (fileOf(at)) return at
  }
  return null
}

async function read(path: string): Promise<readonly Shape[]> {
  const response = await fetch(await files[path]!())
  if (!response.ok) throw new Error(`${response.status}`)
  const { features } = (await response.json()) as { features: Feature[] }
  return features.map(feature => ({ codes: feature.properties.codes, at: feature.properties.at, polygons: feature.geometry.coordinates }))
}

/** Shapes are fetched when they are first looked at, and kept. */
export async function mapOf(region: string): Promise<RegionMapData> {
  const at = mapRegionOf(region)
  if (at === null) {
    const shapes = region === everywhere ? provinceTiles() : tilesOf(childrenOf(region))
    return { region, shapes, real: false, inset: null }
  }
  const path = fileOf(at)!
  let shapes = kept.get(path)
  if (!shapes) {
    shapes = read(path)
    kept.set(path, shapes)
    // Who comes next asks again.
    shapes.catch(() => kept.delete(path))
  }
  return { region: at, shapes: await shapes, real: true, inset: insets[sameMap[at] ?? at] ?? null }
}

/** The region whose children are the parts of this map. */
export function partsAskedOf(mapRegion: string): string {
  return mapRegion === '310000' ? '310100' : mapRegion
}
