import { computed, ref, shallowRef, watch, type ComputedRef } from 'vue'
import type { CountyPeople, Flows, RegionValues, ResourcePoint, Resources, Valued } from '@/api/cockpit'
import { isChinese, nameOf } from '@/i18n'
import { childrenOf, everywhere, regionName, subtreePrefix } from '@/regions'
import { t } from '../texts'
import { breaksOf, formatMeasure, shadeOf, together, valuesByRegion, type Measure } from './measures'
import type { MapBow, MapPoint, MapRegion } from './RegionMap.vue'
import { mapOf, partsAskedOf, type RegionMapData } from './shapes'

/** Kinds of the register as the wall groups them. */
export const groups = {
  institutions: ['hospital', 'tcm-hospital', 'community', 'station', 'clinic'],
  centres: ['pharmacy', 'decoction'],
  bases: ['planting', 'manufacturer', 'tourism'],
  venues: ['venue']
} as const satisfies Record<string, readonly string[]>

export type ResourceGroup = keyof typeof groups | 'practitioners'
export const groupKeys: readonly ResourceGroup[] = ['institutions', 'practitioners', 'centres', 'bases', 'venues']

export function groupOf(kind: string): keyof typeof groups | null {
  return (Object.keys(groups) as (keyof typeof groups)[]).find(group => (groups[group] as readonly string[]).includes(kind)) ?? null
}

export interface Row {
  key: string
  kind: 'region' | 'institution'
  name: string
  value: number | null
  text: string
}

/** Physicians of TCM are among the physicians. */
export function peopleOf(county: CountyPeople): number {
  return county.physicians + county.pharmacists + county.others
}

/** The shapes of the region looked at; `failed` while they cannot be fetched. */
export function useShapes(region: () => string) {
  const data = shallowRef<RegionMapData | null>(null)
  const failed = ref(false)
  async function load(): Promise<void> {
    const asked = region()
    try {
      const found = await mapOf(asked)
      if (asked !== region()) return
      data.value = found
      failed.value = false
    } catch {
      failed.value = asked === region()
    }
  }
  watch(region, () => void load(), { immediate: true })
  addEventListener('online', load)
  return { data, failed, stop: () => removeEventListener('online', load) }
}

export interface MapInput {
  map: () => RegionMapData | null
  region: () => string
  measure: () => Measure
  values: () => RegionValues | null
  flows: () => Flows | null
  resources: () => Resources | null
  /** Resources are shown instead of what happens. */
  asResources: () => boolean
  shown: () => ReadonlySet<ResourceGroup>
  showFlows: () => boolean
  institution: () => string | null
}

export function useMapData(input: MapInput) {
  const name = (code: string) => (code === everywhere ? t('map.everywhere') : regionName(code, isChinese.value))
  const within = (code: string, region: string) => code.startsWith(subtreePrefix(region))

  const points = computed<readonly ResourcePoint[]>(() => input.resources()?.points ?? [])
  const shownPoints = computed(() =>
    points.value.filter(point => {
      const group = groupOf(point.kind)
      if (group === null) return false
      return input.asResources() ? input.shown().has(group) : group === 'institutions' || group === 'centres'
    })
  )

  /** What each region has: numbers of the day, or how many of the chosen resources. */
  const byRegion: ComputedRef<Map<string, Valued>> = computed(() => {
    if (!input.asResources()) return valuesByRegion(input.values())
    const codes = input.map()?.shapes.flatMap(shape => shape.codes) ?? []
    const counts = new Map<string, Valued>()
    for (const code of codes) {
      let value = shownPoints.value.filter(point => within(point.regionCode, code)).length
      if (input.shown().has('practitioners')) value += practitionersOf(code)
      counts.set(code, { value })
    }
    return counts
  })

  function practitionersOf(code: string): number {
    const people = input.resources()?.people.filter(p => within(p.regionCode, code)) ?? []
    return people.reduce((sum, p) => sum + peopleOf(p), 0)
  }

  const measure = computed<Measure>(() => (input.asResources() ? { key: 'resources', label: 'map.resources', kind: 'count' } : input.measure()))
  /** Nothing is known yet, so nothing is none. */
  const known = computed(() => (input.asResources() ? input.resources() !== null : input.values() !== null))

  const valueOf = (codes: readonly string[]) => (known.value ? together(measure.value, codes.map(code => byRegion.value.get(code))) : null)
  const shapeValues = computed(() => new Map((input.map()?.shapes ?? []).map(shape => [shape.codes.join('+'), valueOf(shape.codes)])))
  const breaks = computed(() => breaksOf(measure.value, [...shapeValues.value.values()]))
  const shades = computed(() => {
    const asked = partsAskedOf(input.map()?.region ?? '')
    const outside = (codes: readonly string[]) => !input.asResources() && input.values() !== null && input.values()!.region !== undefined && input.values()!.region !== null && !codes.some(code => within(code, input.values()!.region!)) && input.values()!.region !== asked
    return new Map(
      (input.map()?.shapes ?? []).map(shape => {
        const key = shape.codes.join('+')
        return [key, outside(shape.codes) ? undefined : shadeOf(shapeValues.value.get(key) ?? null, breaks.value)]
      })
    )
  })

  const regions = computed<Map<string, MapRegion>>(() => {
    const codes = input.map()?.shapes.flatMap(shape => shape.codes) ?? []
    return new Map(codes.map(code => [code, { code, name: name(code), value: formatMeasure(measure.value, valueOf([code])), none: !valueOf([code]) }]))
  })

  const seats = computed(() => new Map((input.map()?.shapes ?? []).flatMap(shape => shape.codes.map((code, i) => [code, shape.at[i] ?? shape.at[0]!] as const))))

  const institutionValues = computed(() => new Map((input.values()?.institutions ?? []).map(i => [i.institution.code, i])))

  const mapPoints = computed<MapPoint[]>(() => {
    const list: MapPoint[] = []
    if (!input.map()?.real) return list
    if (input.asResources() && input.shown().has('practitioners')) {
      const people = (input.resources()?.people ?? []).map(p => ({ ...p, n: peopleOf(p) })).filter(p => p.n > 0)
      const most = Math.max(1, ...people.map(p => p.n))
      for (const p of people) {
        const at = p.longitude !== null && p.latitude !== null ? [p.longitude, p.latitude] : seats.value.get(p.regionCode)
        if (!at) continue
        list.push({ key: `people:${p.regionCode}`, longitude: at[0]!, latitude: at[1]!, tone: 'practitioners', radius: 5 + 17 * Math.sqrt(p.n / most), label: nameOf(p.nameZh, p.nameEn, p.regionCode), detail: t('resource.people', { n: p.n, tcm: p.tcmPhysicians }), here: false })
      }
    }
    for (const point of shownPoints.value) {
      const group = groupOf(point.kind)!
      const value = institutionValues.value.get(point.code)
      const detail = input.asResources() ? t('resource.beds', { n: point.beds ?? 0 }) : value ? formatMeasure(input.measure(), value.value) : ''
      const here = point.code === input.institution()
      const label = nameOf(point.nameZh, point.nameEn, point.code)
      list.push({ key: point.code, longitude: point.longitude, latitude: point.latitude, tone: group, radius: here ? 8 : group === 'centres' ? 6 : 4, label, detail: input.asResources() && !point.beds ? '' : detail, here })
    }
    return list
  })

  const bows = computed<MapBow[]>(() => {
    const flows = input.flows()
    if (!flows || input.asResources() || !input.showFlows() || !input.map()?.real) return []
    const at = new Map(points.value.map(point => [point.code, [point.longitude, point.latitude] as const]))
    const most = Math.max(1, ...flows.institutionToCentre.map(f => f.count), ...flows.centreToDistrict.map(f => f.count))
    const weight = (count: number) => 0.8 + 4.2 * Math.sqrt(count / most)
    const list: MapBow[] = []
    for (const flow of flows.centreToDistrict) {
      const [from, to] = [at.get(flow.from.code), seats.value.get(flow.to)]
      if (from && to) list.push({ key: `${flow.from.code}>${flow.to}`, from, to, weight: weight(flow.count), tone: 'out' })
    }
    for (const flow of flows.institutionToCentre) {
      const [from, to] = [at.get(flow.from.code), at.get(flow.to.code)]
      if (from && to) list.push({ key: `${flow.from.code}>${flow.to.code}`, from, to, weight: weight(flow.count), tone: 'in' })
    }
    return list.slice(0, 80)
  })

  /** The same as a list: the parts of the region, or where there are none, its institutions. */
  const rows = computed<Row[]>(() => {
    const region = input.region()
    const children = new Set([...childrenOf(partsAskedOf(region)), ...[...byRegion.value.keys()].filter(code => within(code, region) && code !== region)])
    const leaf = !region.endsWith('00')
    const list: Row[] = leaf
      ? []
      : [...children]
          .filter(code => region !== everywhere || (byRegion.value.get(code)?.value ?? 0) > 0)
          .map(code => {
            const value = valueOf([code])
            return { key: code, kind: 'region' as const, name: name(code), value, text: formatMeasure(measure.value, value) }
          })
    if (leaf && input.asResources()) {
      for (const point of shownPoints.value.filter(p => within(p.regionCode, region))) {
        list.push({ key: point.code, kind: 'institution', name: nameOf(point.nameZh, point.nameEn, point.code), value: point.beds ?? null, text: point.beds ? t('resource.beds', { n: point.beds }) : '' })
      }
    } else if (leaf) {
      for (const i of input.values()?.institutions ?? []) {
        if (i.region !== undefined && !within(i.region, region)) continue
        list.push({ key: i.institution.code, kind: 'institution', name: nameOf(i.institution.zh, i.institution.en, i.institution.code), value: i.value, text: formatMeasure(measure.value, i.value) })
      }
      const named = new Set(list.map(row => row.key))
      const hospitals = points.value.filter(p => within(p.regionCode, region) && !named.has(p.code) && ['institutions', 'centres'].includes(groupOf(p.kind) ?? ''))
      for (const point of hospitals) {
        const value = known.value && (measure.value.kind === 'count' || measure.value.kind === 'weight') ? 0 : null
        list.push({ key: point.code, kind: 'institution', name: nameOf(point.nameZh, point.nameEn, point.code), value, text: formatMeasure(measure.value, value) })
      }
    }
    return list.sort((a, b) => (b.value ?? -1) - (a.value ?? -1) || (a.key < b.key ? -1 : 1))
  })

  return { regions, shades, breaks, measure, mapPoints, bows, rows, known, practitionersOf }
}
