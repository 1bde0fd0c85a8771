import type { components } from '@/api/generated/prescriptions'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { t, word } from './texts'

export type AccessEntry = components['schemas']['AccessEntry']

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

export function isPrescriptionId(text: string): boolean {
  return uuid.test(text)
}

/** The instant at which a day of the region begins, or with `after` the day following it. */
export function beginOf(day: string, after = 0): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + after * 86_400_000).toISOString()
}

export function actionName(action: string): string {
  return word('action', action)
}

export function actionTone(action: string): TagTone {
  return action === 'erase' ? 'bad' : action === 'search' ? 'warn' : 'info'
}

export function foundText(entry: Pick<AccessEntry, 'action' | 'found'>): string | null {
  if (entry.action !== 'search') return null
  return entry.found === 0 ? t('found.none') : t('found.some', { n: entry.found })
}
