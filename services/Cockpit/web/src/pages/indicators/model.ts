import { answer, cockpit } from '@/api/client'
import type { components } from '@/api/generated/cockpit'
import { isChinese, locale } from '@/i18n'
import { t, word } from './texts'
import type { TagTone } from '@/blocks/StatusTag.vue'

type Schemas = components['schemas']
export type Wall = Schemas['WallView']
export type WallItem = Schemas['WallItem']
export type WallPlan = Schemas['WallPlan']
export type Card = Schemas['CardView']
export type Report = Schemas['Report']
export type RecordPage = Schemas['RecordPage']
export type Light = 'green' | 'amber' | 'red' | 'grey'

export const lights: readonly Light[] = ['red', 'amber', 'green', 'grey']

const tones: Record<string, TagTone> = { green: 'good', amber: 'warn', red: 'bad', grey: 'quiet' }

export function toneOf(light: string): TagTone {
  return tones[light] ?? 'quiet'
}

const states: Record<string, TagTone> = { submitted: 'info', approved: 'good', rejected: 'bad', replaced: 'quiet' }

export function stateTone(state: string): TagTone {
  return states[state] ?? 'quiet'
}

export function nameOfItem(item: { nameZh: string; nameEn: string }): string {
  return isChinese.value ? item.nameZh : item.nameEn
}

/** A number of an indicator: as many places as tell something. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  const size = Math.abs(value)
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits: size === 0 || size >= 100 ? 1 : size >= 1 ? 2 : 4 }).format(value)
}

/** A number with its unit: a per cent sign stands close, a word apart. */
export function withUnit(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return '–'
  return unit === '%' ? `${formatValue(value)}%` : `${formatValue(value)} ${unit ? word('unit', unit) : ''}`.trim()
}

/** What is to be reached, with its unit: a value, a range, at most where less is better. */
export function targetOf(item: Pick<WallItem, 'target' | 'direction' | 'unit'>): string {
  const { min, max } = item.target
  const shown = max === null || max === undefined ? withUnit(min, item.unit) : t('item.range', { from: formatValue(min), to: withUnit(max, item.unit) })
  return item.direction === 'down' ? t('item.atMost', { n: shown }) : shown
}

/** The points of a small line, in a box of 100 by 28; null when there is no line to draw. */
export function sparkline(points: readonly { date: string; value: number }[]): string | null {
  if (points.length < 2) return null
  const times = points.map(point => Date.parse(point.date))
  const values = points.map(point => point.value)
  const [from, to] = [times[0]!, times.at(-1)!]
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return points
    .map((_, i) => {
      const x = 2 + (96 * (times[i]! - from)) / (to - from || 1)
      const y = most === least ? 14 : 26 - (24 * (values[i]! - least)) / (most - least)
      return `${x.toFixed(1)},${y.toFixed(1)}`
    })
    .join(' ')
}

/** How much of the way is made, for a bar from 0 to 100. */
export function barOf(attainment: number | null | undefined): number {
  return attainment === null || attainment === undefined ? 0 : Math.round(Math.max(0, Math.min(1, attainment)) * 100)
}

export function wall(query: { region?: string; date?: string; plan?: string }, signal: AbortSignal): Promise<Wall> {
  return answer(cockpit.GET('/api/cockpit/indicators', { params: { query }, signal }))
}

/** The file of what the list shows. */
export function exportOf(filters: { state: string; plan: string; seq: string; region: string }, format: 'csv' | 'xlsx', chinese: boolean): string {
  const asked = Object.entries(filters).filter(([key, value]) => value && ['state', 'plan', 'seq', 'region'].includes(key))
  return `/api/cockpit/indicator-values/export?${new URLSearchParams([...asked, ['format', format], ['lang', chinese ? 'zh' : 'en']])}`
}

/** Whether what is reported of an indicator is in per cent: growth on a baseline is reported as the level that has grown. */
export function inPercent(indicator: { unit?: string | undefined; kind: string; baselineYear?: number | null | undefined }): boolean {
  return indicator.unit === '%' || (indicator.kind === 'growth_percent' && !indicator.baselineYear)
}
