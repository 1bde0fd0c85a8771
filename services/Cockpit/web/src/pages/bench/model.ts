import { answer, pharmacy } from '@/api/client'
import type { components } from '@/api/generated/pharmacy'
import type { Locale } from '@/i18n'

type Schemas = components['schemas']
export type Card = Schemas['PrescriptionCard']
export type Dispensing = Schemas['DispensingView']
export type Line = Schemas['LineView']
export type Step = Schemas['StepView']
export type Next = Schemas['NextView']
export type ScaleState = Schemas['ScaleState']
export type Tray = Schemas['TrayView']
export type RegisterRow = Schemas['RegisterRow']

/** Grams to the milligram: at a bench nothing is rounded away. */
export function grams(milligrams: number | null | undefined, locale: Locale): string {
  if (milligrams === null || milligrams === undefined) return '–'
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(milligrams / 1000)
}

/** What somebody typed as grams, as whole milligrams; null when it is no weight. */
export function milligramsOf(text: string): number | null {
  const clean = text.trim().replace('\uff0c', '.').replace(',', '.').replace(/\s*(g|\u514b)$/i, '')
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(clean)) return null
  return Math.round(Number(clean) * 1000)
}

/** How far a weight is from what is wanted: -1 at the lower end of the tolerance, 1 at the upper. */
export function deviation(weighed: number, wanted: number, permille: number): number {
  const room = (wanted * permille) / 1000
  return room === 0 ? 0 : (weighed - wanted) / room
}

export async function workOf(state: string, signal?: AbortSignal): Promise<readonly Card[]> {
  const page = await answer(pharmacy.GET('/api/pharmacy/work', { params: { query: { state, limit: 50 } }, ...(signal ? { signal } : {}) }))
  return page.items
}

export function readDispensing(prescriptionId: string): Promise<Dispensing> {
  return answer(pharmacy.GET('/api/pharmacy/dispensings/{prescriptionId}', { params: { path: { prescriptionId } } }))
}
