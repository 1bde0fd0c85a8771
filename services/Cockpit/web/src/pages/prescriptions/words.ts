import { locale } from '@/i18n'
import { has, t } from './texts'
import { ageOf, isPerson, wordOf, type Written } from './view'

/** The text of what the service names; its own word where there is none. */
function word(key: string, value: string): string {
  return has(key) ? t(key) : value
}

export const stateName = (state: string) => (state ? word(`state.${state}`, state) : '')
export const severityName = (severity: string) => word(`severity.${severity}`, severity)
export const evidenceName = (mark: string | undefined) => (mark ? word(`evidence.${mark}`, mark) : '')
export const sexName = (sex: string | undefined) => (sex ? word(`sex.${wordOf(sex, 'SEX')}`, sex) : '')
export const feeName = (fee: string | undefined) => (fee ? word(`fee.${wordOf(fee, 'FEE_KIND')}`, fee) : '')

export function ageText(written: Written): string {
  const age = ageOf(written.patient?.birthDate, written.issuedAt)
  return age ? t(age.key, age.values) : ''
}

/** Who did something, as the history names them. */
export function actorName(actor: string | undefined): string {
  if (isPerson(actor)) return actor!
  return t(actor === 'HIS' ? 'history.by.his' : 'history.by.system')
}

/** The patient of a list in one line: name, sex, age. */
export function patientLine(item: { patient: string; sex: string; ageYears?: number | null }): string {
  const age = item.ageYears === null || item.ageYears === undefined ? '' : t('age.years', { n: item.ageYears })
  return [item.patient, sexName(item.sex), age].filter(Boolean).join(locale.value === 'en' ? ', ' : ' ')
}

/** Fen as yuan. */
export function yuan(fen: string | number | undefined): string {
  return fen === undefined ? '' : new Intl.NumberFormat(locale.value, { style: 'currency', currency: 'CNY' }).format(Number(fen) / 100)
}
