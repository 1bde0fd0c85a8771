import type { paths } from '@/api/generated/traceability'
import type { TagTone } from '@/blocks/StatusTag.vue'

export type Recall = paths['/api/traceability/recalls/{recallId}']['get']['responses']['200']['content']['application/json']
export type RecallItem = paths['/api/traceability/recalls/{recallId}/items']['get']['responses']['200']['content']['application/json']['items'][number]

export const outcomes = ['recovered', 'destroyed', 'returned', 'used', 'unreachable', 'unaffected'] as const

export function all(recall: Recall): number {
  return Number(recall.counts.lots) + Number(recall.counts.prescriptions) + Number(recall.counts.things)
}

/** Settled items in a hundred, rounded down: a hundred only when none is left. */
export function progress(settled: number, of: number): number {
  return of === 0 ? 100 : Math.floor((settled / of) * 100)
}

export function levelTone(level: number): TagTone {
  return level === 1 ? 'bad' : level === 2 ? 'warn' : 'info'
}

/** Lots as people paste them: one a line, commas and blanks around them forgiven. */
export function lotsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;，；]+/).filter(line => line !== ''))]
}
