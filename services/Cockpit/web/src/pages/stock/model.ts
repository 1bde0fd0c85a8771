import { answer, pharmacy } from '@/api/client'
import type { components } from '@/api/generated/pharmacy'
import type { Option } from '@/blocks/FormField.vue'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { formatDate } from '@/format'
import { locale, nameOf } from '@/i18n'
import { t, word } from './texts'

type Schemas = components['schemas']
export type LotItem = Schemas['LotItem']
export type ShelfItem = Schemas['ShelfItem']
export type LotCard = Schemas['LotCard']
export type SupplierItem = Schemas['SupplierItem']
export type OrderItem = Schemas['OrderItem']
export type OrderView = Schemas['OrderView']
export type DeliveryItem = Schemas['DeliveryItem']
export type DeliveryView = Schemas['DeliveryView']
export type DeliveryLine = DeliveryView['lines'][number]
export type PositionItem = Schemas['PositionItem']
export type StocktakeItem = Schemas['StocktakeItem']
export type StocktakeView = Schemas['StocktakeView']
export type TransferItem = Schemas['TransferItem']
export type WriteOffItem = Schemas['WriteOffItem']
export type HandedOut = Schemas['HandedOut']
export type HandedOutLine = Schemas['HandedOutLine']

/** To the gram's last milligram: what lies on a shelf is compared with a scale. Kilograms from a kilogram on. */
export function exact(milligrams: number): string {
  const [divisor, key]: [number, 'unit.g' | 'unit.kg'] = Math.abs(milligrams) < 1e6 ? [1e3, 'unit.g'] : [1e6, 'unit.kg']
  return t(key, { n: new Intl.NumberFormat(locale.value, { maximumFractionDigits: 6 }).format(milligrams / divisor) })
}

/** With its sign, for a difference. */
export function signed(milligrams: number): string {
  return (milligrams > 0 ? '+' : '') + exact(milligrams)
}

/** Grams as typed, in milligrams; null for what is no weight. */
export function milligramsOf(grams: unknown): number | null {
  const text = String(grams ?? '').trim()
  return /^\d+(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : null
}

/** Kilograms as typed, in milligrams; -1, which the service refuses at its field, for what is no weight. */
export function kilogramsOf(typed: unknown): number {
  const text = String(typed ?? '').trim()
  return /^\d+(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * 1e6) : -1
}

export const statuses = ['quarantine', 'available', 'frozen', 'rejected'] as const

export function statusTone(status: string): TagTone {
  return { quarantine: 'info', available: 'good', frozen: 'bad', rejected: 'bad' }[status] as TagTone
}

export function stateTone(state: string): TagTone {
  return (
    {
      draft: 'quiet',
      sent: 'info',
      'partly-received': 'warn',
      closed: 'good',
      cancelled: 'quiet',
      waiting: 'warn',
      accepted: 'good',
      refused: 'bad',
      counting: 'warn',
      signed: 'good',
      received: 'good',
      booked: 'good',
      'awaiting-signature': 'warn',
      withdrawn: 'quiet',
      valid: 'good',
      soon: 'warn',
      expired: 'bad',
      missing: 'bad',
      suspended: 'bad'
    } as Record<string, TagTone>
  )[state] ?? 'quiet'
}

/** A warning where a lot expires soon, or has. */
export function expiryOf(daysLeft: number): { tone: TagTone; text: string } | null {
  if (daysLeft < 0) return { tone: 'bad', text: t('expiry.past') }
  if (daysLeft <= 30) return { tone: 'bad', text: t('expiry.in', { n: daysLeft }) }
  return daysLeft <= 90 ? { tone: 'warn', text: t('expiry.in', { n: daysLeft }) } : null
}

export const optionsOf = (prefix: 'status' | 'zone' | 'cause' | 'care' | 'order', values: readonly string[]): Option[] =>
  values.map(value => ({ value, text: wordOf(prefix, value) }))

function wordOf(prefix: string, value: string): string {
  switch (prefix) {
    case 'status':
      return word('status', value)
    case 'zone':
      return word('zone', value)
    case 'cause':
      return word('cause', value)
    case 'care':
      return word('care', value)
    default:
      return word('order', value)
  }
}

export const day = (at: string | null | undefined) => formatDate(at, locale.value)

/** Suppliers that match what was typed; why one may not be bought from stands behind its name. */
export async function findSuppliers(typed: string, signal: AbortSignal): Promise<Option[]> {
  const found = await answer(pharmacy.GET('/api/pharmacy/suppliers', { params: { query: { search: typed || undefined, limit: 20 } }, signal }))
  return found.items.map(s => ({
    value: s.code,
    text: nameOf(s.nameZh, s.nameEn) + (['valid', 'soon'].includes(s.licence) ? '' : ` (${word('licence', s.licence)})`)
  }))
}

/** An id of our own for what is sent, so that sending again is the same document. */
export function newId(): string {
  return crypto.randomUUID()
}
