import { formatCount } from '@/format'
import { locale } from '@/i18n'
import { gramsOf } from '@/pages/prescriptions/view'
import { has, t } from './texts'

function word(key: string, value: string): string {
  return has(key) ? t(key) : value
}

export const toxicityName = (value: string) => word(`toxicity.${value}`, value)
export const pregnancyName = (value: string) => word(`pregnancy.${value}`, value)
export const lactationName = (value: string) => word(`lactation.${value}`, value)
export const regulationName = (value: string) => word(`regulation.${value}`, value)
export const handlingSourceName = (value: string) => (value === 'none' ? '' : word(`handling.${value}`, value))
export const formName = (value: string) => word(`form.${value}`, value)

/** The release without the fingerprints of its two parts. */
export const releaseName = (release: string) => release.split('/')[0]!.split('+')[0]!

export function doseText(min: number | null | undefined, max: number | null | undefined): string {
  if (max === null || max === undefined) return t('piece.dose.none')
  return min === null || min === undefined ? t('piece.dose.upTo', { max: gramsOf(max) }) : t('piece.dose.range', { min: gramsOf(min), max: gramsOf(max) })
}

export const count = (n: number) => formatCount(n, locale.value)

/** Severities as the audit's tables write them: double_sign. */
export const dashed = (severity: string) => severity.replace('_', '-')
