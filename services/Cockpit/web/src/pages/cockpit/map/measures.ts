import type { RegionValues, Valued } from '@/api/cockpit'
import { formatBig, formatDuration, formatRatio, formatWeight } from '@/format'
import { locale } from '@/i18n'
import type { TextKey } from '../texts'

/** What the map can be coloured by: a total of the day, a share, or a duration. */
export interface Measure {
  key: string
  label: TextKey
  kind: 'count' | 'weight' | 'rate' | 'seconds'
}

export const measures: readonly Measure[] = [
  { key: 'received', label: 'measure.received', kind: 'count' },
  { key: 'delivered', label: 'measure.delivered', kind: 'count' },
  { key: 'dispensed-milligrams', label: 'measure.weight', kind: 'weight' },
  { key: 'rate:intercepted', label: 'measure.intercepted', kind: 'rate' },
  { key: 'rate:promiseKept', label: 'measure.promiseKept', kind: 'rate' },
  { key: 'rate:traceCoverage', label: 'measure.traceCoverage', kind: 'rate' },
  { key: 'p95:total', label: 'measure.total', kind: 'seconds' },
  { key: 'alarms', label: 'measure.alarms', kind: 'count' }
]

export function measureOf(key: string | null): Measure {
  return measures.find(measure => measure.key === key) ?? measures[0]!
}

export function formatMeasure(measure: Measure, value: number | null): string {
  if (value === null) return '–'
  switch (measure.kind) {
    case 'count':
      return formatBig(value, locale.value)
    case 'weight':
      return formatWeight(value, locale.value)
    case 'rate':
      return formatRatio(value, locale.value)
    case 'seconds':
      return formatDuration(value, locale.value)
  }
}

/**
 * The value of regions that share a shape: totals add up, shares are formed anew of what they are made of, of durations the longest stands. A
 * count that is absent is none; a share or duration that is absent is unknown.
 */
export function together(measure: Measure, values: readonly (Valued | undefined)[]): number | null {
  if (measure.kind === 'count' || measure.kind === 'weight') return values.reduce((sum, v) => sum + (v?.value ?? 0), 0)
  const known = values.filter((v): v is Valued => v?.value !== null && v?.value !== undefined)
  if (known.length === 0) return null
  if (known.length === 1) return known[0]!.value
  if (measure.kind === 'seconds') return Math.max(...known.map(v => v.value!))
  if (known.some(v => v.part === undefined || v.whole === undefined)) return null
  const whole = known.reduce((sum, v) => sum + v.whole!, 0)
  return whole > 0 ? known.reduce((sum, v) => sum + v.part!, 0) / whole : null
}

export function valuesByRegion(values: RegionValues | null): Map<string, Valued> {
  return new Map((values?.children ?? []).map(child => [child.code, child]))
}

/** How many shades there are above "nothing". */
export const shades = 5

/**
 * The upper ends of the shades: round numbers up to the largest value, so that the legend can be read. Shares are told apart between their
 * smallest and largest.
 */
export function breaksOf(measure: Measure, values: readonly (number | null)[]): number[] {
  const known = values.filter((v): v is number => v !== null && v > 0)
  if (known.length === 0) return []
  const most = Math.max(...known)
  if (measure.kind === 'rate') {
    const least = Math.min(...known)
    const from = Math.floor(least * 20) / 20
    const to = Math.max(Math.ceil(most * 20) / 20, from + 0.05)
    return Array.from({ length: shades }, (_, i) => Math.round((from + ((to - from) * (i + 1)) / shades) * 1000) / 1000)
  }
  const unit = measure.kind === 'weight' ? 1e6 : measure.kind === 'seconds' ? 60 : 1
  const step = roundUp(most / unit / shades) * unit
  return Array.from({ length: shades }, (_, i) => step * (i + 1))
}

/** To a whole number that is easily read, at least 1. */
function roundUp(n: number): number {
  if (n <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(n))
  const times = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(t => t * power >= n && Number.isInteger(t * power))!
  return times * power
}

/** 0: nothing; 1 to 5: a shade; null: unknown. */
export function shadeOf(value: number | null, breaks: readonly number[]): number | null {
  if (value === null) return null
  if (value === 0 || breaks.length === 0) return 0
  const at = breaks.findIndex(end => value <= end)
  return at < 0 ? breaks.length : at + 1
}
