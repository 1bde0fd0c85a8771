import type { components } from '@/api/generated/decoction'
import type { TagTone } from '@/blocks/StatusTag.vue'

type Schemas = components['schemas']
export type Board = Schemas['Board']
export type BoardVessel = Schemas['BoardVessel']
export type BoardWaiting = Schemas['BoardWaiting']
/** As the service writes it, in small letters with dashes. */
export type Hand = Omit<Schemas['Hand'], 'kind'> & { kind: string }
export type BatchRecord = Schemas['RecordAnswer']
export type DeviationItem = Schemas['DeviationItem']
export type VesselItem = Schemas['VesselItem']

export interface Limit {
  minimum: number
  maximum: number | null
  target: number
  source: { clause: string; mark: string }
}

/** What a record shows of its recipe. */
export interface Recipe {
  class: string
  classReasonZh: string
  classReasonEn: string
  soak: Limit
  firstBoil: Limit
  secondBoil: Limit
  special: { handling: string; pieces: string[]; limit: Limit | null }[]
  maximumCelsius: number
  minimumBoilCelsius?: number
  bags: number
  millilitresPerBag: number
  water?: { firstMillilitres: number; secondMillilitres: number; adviceZh: string | null; adviceEn: string | null } | null
}

export function limitText(limit: Limit): string {
  return limit.maximum === null ? `≥ ${limit.minimum}` : `${limit.minimum}–${limit.maximum}`
}

export function toneOf(state: string): TagTone {
  switch (state) {
    case 'free':
    case 'released':
      return 'good'
    case 'busy':
    case 'open':
      return 'info'
    case 'held':
    case 'dirty':
    case 'uncalibrated':
      return 'warn'
    default:
      return 'bad'
  }
}

/** How a running step stands: `over` is a deviation, `due` is at its target. */
export function paceOf(elapsed: number, target: number, most: number | null | undefined): 'going' | 'due' | 'over' {
  return most !== null && most !== undefined && elapsed > most ? 'over' : elapsed >= target ? 'due' : 'going'
}

/** Minutes from one moment to another, downwards. */
export function minutesBetween(from: string | number, until: number): number {
  return Math.floor((until - new Date(from).getTime()) / 60_000)
}

/** What a worker's tap on something to be done reports; null where it is done elsewhere. */
export function stepOf(kind: string): { step: string; act: 'start' | 'finish' } | null {
  const parts = /^(start|end)-(soaking|first-boil|second-boil|packing)$/.exec(kind)
  return parts ? { step: parts[2]!, act: parts[1] === 'start' ? 'start' : 'finish' } : null
}
