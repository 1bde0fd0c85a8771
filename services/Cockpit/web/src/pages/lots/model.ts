import type { components } from '@/api/generated/quality'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { locale } from '@/i18n'
import { t } from './texts'

type Schemas = components['schemas']
export type LotView = Schemas['LotView']
export type TestView = Schemas['TestView']
export type ResultView = Schemas['ResultView']
export type SupplierList = Schemas['SupplierList']
export type ScorePart = Schemas['ScorePart']
export type SupplierWeight = Schemas['SupplierWeight']

export const states = ['waiting', 'released', 'rejected', 'recalled'] as const

export function toneOf(state: string): TagTone {
  return state === 'released' ? 'good' : state === 'waiting' ? 'info' : 'bad'
}

/** A number as the service gives it, without zeros that say nothing. */
export function plain(n: number | string | null | undefined): string {
  return n === null || n === undefined ? '–' : new Intl.NumberFormat(locale.value, { maximumFractionDigits: 6 }).format(Number(n))
}

export function limitOf(test: Pick<TestView, 'min' | 'max' | 'unit'>): string {
  const unit = test.unit === 'count' ? '' : ` ${test.unit}`
  if (test.max !== null && Number(test.max) === 0) return t('limit.none')
  const parts = [test.min === null ? '' : t('limit.min', { n: plain(test.min) }), test.max === null ? '' : t('limit.max', { n: plain(test.max) })]
  return parts.filter(Boolean).join(' , ') + unit
}

export function resultOf(result: Pick<ResultView, 'value' | 'detection'>, unit: string): string {
  const shown = unit === 'count' ? '' : ` ${unit}`
  return result.value === null ? t('result.below', { n: plain(result.detection) + shown }) : plain(result.value) + shown
}

/** What was typed: a number, or `<0.05`; null for neither. */
export function typed(text: string): { value: number | null; detection: number | null } | null {
  const clean = text.trim().replace('＜', '<')
  if (/^<\s*\d+(\.\d+)?$/.test(clean)) return { value: null, detection: Number(clean.slice(1)) }
  return /^\d+(\.\d+)?$/.test(clean) ? { value: Number(clean), detection: null } : null
}

export function scoreTone(score: number | null): TagTone {
  return score === null ? 'quiet' : score >= 90 ? 'good' : score >= 75 ? 'warn' : 'bad'
}
