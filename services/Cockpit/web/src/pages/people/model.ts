import { answer, institutions } from '@/api/client'
import type { components } from '@/api/generated/institutions'
import type { Option } from '@/blocks/FormField.vue'
import type { TagTone } from '@/blocks/StatusTag.vue'
import type { Column } from '@/blocks/table'
import { formatDate } from '@/format'
import { locale, t as shared } from '@/i18n'
import { t, word } from './texts'

export { licenceState } from '../institutions/model'

export type Practitioner = components['schemas']['Practitioner']
export type PractitionerRequest = components['schemas']['PractitionerRequest']
export type EntryChange = components['schemas']['EntryChange']

export const categories = ['physician', 'pharmacist', 'dispenser', 'decoction-worker'] as const
export const grades = ['national-master', 'national', 'provincial', 'city', 'county'] as const
export const disciplines = ['tcm', 'clinical', 'dental', 'public-health'] as const

export const categoryName = (category: string) => word('category', category)
export const gradeName = (grade: string) => (grade === '' ? t('grade.none') : word('grade', grade))
export const disciplineName = (discipline: string) => (discipline === '' ? t('discipline.none') : word('discipline', discipline))
export const statusName = (status: string) => word('status', status)
export const actionName = (action: string) => word('history', action)
export const fieldName = (field: string) => word('field', field)

export function statusTone(status: string): TagTone {
  return status === 'active' ? 'good' : 'bad'
}

export function categoryOptions(): Option[] {
  return categories.map(value => ({ value, text: categoryName(value) }))
}

export function disciplineOptions(): Option[] {
  return disciplines.map(value => ({ value, text: disciplineName(value) }))
}

export function gradeOptions(): Option[] {
  return grades.map(value => ({ value, text: gradeName(value) }))
}

export function rightsOf(person: Pick<Practitioner, 'mayPrescribeToxic' | 'mayPrescribeNarcotic'>): string[] {
  return [...(person.mayPrescribeToxic ? [t('right.toxic')] : []), ...(person.mayPrescribeNarcotic ? [t('right.narcotic')] : [])]
}

/** The columns of a list of people; whose institution is left out where there is only one. */
export function practitionerColumns(withInstitution: boolean): Column<Practitioner>[] {
  return [
    { key: 'name', title: t('field.name') },
    { key: 'category', title: t('field.category') },
    ...(withInstitution ? [{ key: 'institution', title: t('field.institutionCode'), text: (row: Practitioner) => row.institutionNameZh }] : []),
    { key: 'grade', title: t('field.grade'), text: row => (row.grade ? gradeName(row.grade) : null), minor: true },
    { key: 'rights', title: t('field.rights') },
    { key: 'licence', title: t('field.licenceExpiresOn'), text: row => formatDate(row.licenceExpiresOn, locale.value), minor: true },
    { key: 'status', title: t('field.status') }
  ]
}

/** A value of a practitioner's history in words. */
export function showValue(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (field === 'category') return categoryName(String(value))
  if (field === 'discipline') return disciplineName(String(value))
  if (field === 'grade') return gradeName(String(value))
  if (field === 'status') return statusName(String(value))
  if (field === 'licenceExpiresOn') return formatDate(String(value), locale.value)
  if (typeof value === 'boolean') return shared(value ? 'yes' : 'no')
  if (Array.isArray(value)) return value.map(entry => showValue('', entry)).join(locale.value === 'en' ? ', ' : '、')
  return String(value)
}

export async function findPractitioners(typed: string, signal: AbortSignal): Promise<Option[]> {
  const found = await answer(
    institutions.GET('/api/institutions/practitioners', { params: { query: { search: typed || undefined, category: 'physician', limit: 20 } }, signal })
  )
  return found.items.map(person => ({ value: person.code, text: `${person.name} · ${person.institutionNameZh} · ${person.code}` }))
}
