import type { components } from '@/api/generated/quality'
import { locale } from '@/i18n'
import { t } from './texts'

type Schemas = components['schemas']
export type ChartView = Schemas['ChartView']
export type PointView = Schemas['PointView']
export type ChartItem = Schemas['ChartItem']

export function subjectOf(measure: string, subject: string): string {
  if (measure === 'turn-round') return subject === 'urgent' ? t('subject.urgent') : t('subject.centre')
  return subject || t('subject.hand')
}

export function figure(n: number | string | null | undefined, decimals: number | string): string {
  return n === null || n === undefined ? '–' : new Intl.NumberFormat(locale.value, { maximumFractionDigits: Number(decimals) }).format(Number(n))
}

/** What a person typed as numbers of points: 3, 7,12. */
export function numbersOf(text: string): number[] {
  return text
    .split(/[,，、\s]+/)
    .filter(part => /^\d+$/.test(part))
    .map(Number)
}
