import type { components } from '@/api/generated/quality'
import { dayOf, monthsBack } from '@/format'

export type Ranking = components['schemas']['RankingView']
export type Ranked = components['schemas']['RankedItem']
export type Evaluation = components['schemas']['EvaluationView']
export type Scheme = components['schemas']['SchemeView']
export type Indicator = components['schemas']['Indicator']
export type Scored = components['schemas']['IndicatorScore']
export type Records = components['schemas']['CountedRecords']

/** Thousandths of a point as points; a dash for what is missing. */
export function points(thousandths: number | string | null | undefined, digits = 1): string {
  return thousandths === null || thousandths === undefined ? '–' : (Number(thousandths) / 1000).toFixed(digits)
}

/** A change with its sign, in points. */
export function change(thousandths: number | string | null | undefined): string {
  if (thousandths === null || thousandths === undefined) return '–'
  const n = Number(thousandths)
  return n === 0 ? '±0' : `${n > 0 ? '+' : '−'}${(Math.abs(n) / 1000).toFixed(Math.abs(n) < 100 ? 3 : 1)}`
}

/** Thousandths as per cent. */
export function share(thousandths: number | string): string {
  return `${Math.round(Number(thousandths) / 10)} %`
}

/** The last periods of a kind in the region's calendar, the current one first: 2026-11, 2026-Q4, 2026. */
export function periods(kind: string, count: number, now = Date.now()): string[] {
  if (kind === 'month') return monthsBack(count, now)
  const [year, month] = dayOf(now).split('-').map(Number) as [number, number]
  return Array.from({ length: count }, (_, i) => {
    if (kind === 'year') return String(year - i)
    const at = year * 4 + Math.floor((month - 1) / 3) - i
    return `${Math.floor(at / 4)}-Q${(at % 4) + 1}`
  })
}

export function kindOf(period: string): string {
  return period.includes('Q') ? 'quarter' : period.includes('-') ? 'month' : 'year'
}

/** Kinds of prescriptions' indicators whose records can be listed; the others are counted of other things. */
const elsewhere = new Set(['rational', 'licensed', 'graded', 'multi-site', 'lots-passed', 'closed', 'overall', 'consultation', 'medicine', 'packaging', 'delivery'])

export function hasRecords(code: string): boolean {
  return !elsewhere.has(code)
}
