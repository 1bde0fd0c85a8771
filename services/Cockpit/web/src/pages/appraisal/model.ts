import { answer, quality } from '@/api/client'
import type { components } from '@/api/generated/quality'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { t } from './texts'

type Schemas = components['schemas']
export type ReviewItem = Schemas['ReviewItem']
export type ReviewDetail = Schemas['ReviewDetail']
export type SuggestedCode = Schemas['SuggestedCode']
export type ReviewCode = Schemas['ReviewCode']
export type SamplingPlan = Schemas['SamplingPlan']
export type RateRow = Schemas['RateRow']

export const newId = () => crypto.randomUUID()

export function stageTone(stage: string): TagTone {
  return ({ first: 'info', answering: 'warn', second: 'warn', arbitration: 'bad', concluded: 'good' } as Record<string, TagTone>)[stage] ?? 'quiet'
}

/** 50 of 10 000 as 0.5 %. */
export function percent(permyriad: number): string {
  return `${Number((permyriad / 100).toFixed(2))} %`
}

export function rate(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`
}

/** What the reviewer has put down so far. */
export interface Draft {
  rational: boolean | null
  chosen: Set<string>
  dismissed: Set<string>
  comments: Record<string, string>
}

/** Codes that have to be confirmed or dismissed, each once, in the order given. */
export function toDecide(suggested: readonly SuggestedCode[]): string[] {
  return [...new Set(suggested.filter(s => s.mustBeDecided).map(s => s.code))]
}

/** What keeps the draft from being sent, as the first code to look at; '' when the verdict itself is missing; null when nothing does. */
export function lacking(draft: Draft, suggested: readonly SuggestedCode[], codes: readonly ReviewCode[]): string | null {
  const open = toDecide(suggested).find(code => !draft.chosen.has(code) && !draft.dismissed.has(code))
  if (open) return open
  const mute = [...draft.dismissed].find(code => !draft.comments[code]?.trim()) ?? [...draft.chosen].find(code => !codes.find(c => c.code === code)?.applies && !draft.comments[code]?.trim())
  if (mute) return mute
  return draft.rational === null || draft.rational === draft.chosen.size > 0 ? '' : null
}

export function roundOf(stage: string): number {
  return { first: 1, second: 2, arbitration: 3 }[stage] ?? 0
}

export function verdictOf(draft: Draft, stage: string) {
  const with_ = (codes: Set<string>) => [...codes].map(code => ({ code, comment: draft.comments[code] ?? '' }))
  return { round: roundOf(stage), rational: draft.rational, codes: with_(draft.chosen), dismissed: with_(draft.dismissed), comment: null }
}

export const loadCodes = () => answer(quality.GET('/api/quality/reviews/codes'))

export function verdictText(rational: boolean): string {
  return rational ? t('verdict.rational') : t('verdict.irrational')
}
