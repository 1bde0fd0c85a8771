import type { components } from '@/api/generated/quality'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { formatCount } from '@/format'
import type { Locale } from '@/i18n'

export type Alert = components['schemas']['AlertItem']
export type AlertView = components['schemas']['AlertView']
export type AlertRecord = components['schemas']['AlertRecord']
export type Pattern = components['schemas']['PatternView']
export type Figure = components['schemas']['SignalFigure']

export const states = ['new', 'looked-at', 'justified', 'confirmed', 'referred'] as const

export function toneOf(state: string): TagTone {
  return ({ new: 'warn', 'looked-at': 'info', justified: 'good', confirmed: 'bad', referred: 'quiet' } as const)[state as 'new'] ?? 'quiet'
}

/** A number that made a pattern fire, in its unit. */
export function figureText(value: number | string | null | undefined, unit: string, locale: Locale): string {
  if (value === null || value === undefined) return '–'
  const n = Number(value)
  if (unit === 'share') return `${(n * 100).toFixed(1)} %`
  if (unit === 'ratio') return `× ${n.toFixed(2)}`
  if (unit === 'chance') return n < 0.001 ? n.toExponential(1) : n.toFixed(4)
  return Number.isInteger(n) ? formatCount(n, locale) : n.toFixed(2)
}
