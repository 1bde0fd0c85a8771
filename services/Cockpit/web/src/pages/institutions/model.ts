import { answer, institutions } from '@/api/client'
import type { components } from '@/api/generated/institutions'
import { regionNameOf } from '@/api/regions'
import type { Option } from '@/blocks/FormField.vue'
import { daysUntil, formatDate } from '@/format'
import { locale, nameOf, t as shared } from '@/i18n'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { t, word } from './texts'

export type Institution = components['schemas']['Institution']
export type InstitutionRequest = components['schemas']['InstitutionRequest']
export type EntryChange = components['schemas']['EntryChange']

export const kinds = [
  'hospital',
  'tcm-hospital',
  'community',
  'station',
  'clinic',
  'pharmacy',
  'decoction',
  'quality',
  'manufacturer',
  'planting',
  'venue',
  'tourism',
  'regulator',
  'operator'
] as const

/** Kinds that have departments of the national list. */
export const medical = new Set(['hospital', 'tcm-hospital', 'community', 'station', 'clinic'])
/** Kinds that may have beds. */
export const bedded = new Set(['hospital', 'tcm-hospital', 'community'])
/** Kinds that have a grade. */
export const graded = new Set(['hospital', 'tcm-hospital'])
/** Kinds that may have a TCM hall. */
export const halled = new Set(['community', 'station'])

/** What plans ask of an institution beside its licence, each with its largest value: 1 is a yes or no. The service holds the same list. */
export const attributes: Readonly<Record<string, number>> = {
  'county-hospital': 1,
  'maternal-child': 1,
  'village-clinic': 1,
  'tcm-featured': 1,
  'tcm-services': 1,
  'internet-consultation': 1,
  'technique-base': 1,
  'leading-enterprise': 1,
  'emr-level': 8,
  'special-clinics': 200,
  'featured-specialties': 200,
  'key-specialties': 200
}

const warnDays = 90

export const kindName = (kind: string) => word('kind', kind)
export const attributeName = (code: string) => word('attribute', code)
export const ownershipName = (ownership: string) => word('ownership', ownership)
export const statusName = (status: string) => word('status', status)
export const actionName = (action: string) => word('history', action)
export const fieldName = (field: string) => word('field', field)

export function kindOptions(): Option[] {
  return kinds.map(kind => ({ value: kind, text: kindName(kind) }))
}

export function statusTone(status: string): TagTone {
  return status === 'active' ? 'good' : 'bad'
}

/** How a licence stands: its word and how loud it is said; null when nothing has to be said. */
export function licenceState(expiresOn: string | null | undefined, now = Date.now()): { tone: TagTone; text: string } | null {
  if (!expiresOn) return null
  const days = daysUntil(expiresOn, now)
  if (days < 0) return { tone: 'bad', text: t('licence.expired', { n: -days }) }
  if (days === 0) return { tone: 'warn', text: t('licence.today') }
  return days <= warnDays ? { tone: 'warn', text: t('licence.soon', { n: days }) } : null
}

export function displayName(entry: { nameZh: string; nameEn: string }): string {
  return nameOf(entry.nameZh, entry.nameEn)
}

/** Attributes in words: a yes by its name, a number after it. */
export function saidAttributes(of: Readonly<Record<string, number>> | null | undefined): string[] {
  return Object.keys(attributes)
    .filter(code => of?.[code])
    .map(code => (attributes[code] === 1 ? attributeName(code) : `${attributeName(code)} ${of![code]}`))
}

/** A value of an entry's history in words. */
export function showValue(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (field === 'kind') return kindName(String(value))
  if (field === 'ownership') return ownershipName(String(value))
  if (field === 'status') return statusName(String(value))
  if (field === 'regionCode') return regionNameOf(String(value))
  if (field === 'licenceExpiresOn') return formatDate(String(value), locale.value)
  if (field === 'attributes') return saidAttributes(value as Record<string, number>).join(locale.value === 'en' ? ', ' : '、')
  if (typeof value === 'boolean') return shared(value ? 'yes' : 'no')
  if (Array.isArray(value)) return value.map(entry => showValue('', entry)).join(locale.value === 'en' ? ', ' : '、')
  if (typeof value === 'object') {
    const { code, nameZh } = value as { code?: string; nameZh?: string }
    return [code, nameZh].filter(Boolean).join(' ')
  }
  return String(value)
}

/** Institutions that match, as choices; for fields that pick one. */
export async function findInstitutions(typed: string, signal: AbortSignal, kind?: string): Promise<Option[]> {
  const found = await answer(institutions.GET('/api/institutions', { params: { query: { search: typed || undefined, kind, limit: 20 } }, signal }))
  return found.items.map(entry => ({ value: entry.code, text: `${displayName(entry)} · ${entry.code}` }))
}
