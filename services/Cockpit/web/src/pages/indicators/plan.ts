import type { components } from '@/api/generated/cockpit'
import type { Fault } from '@/api/problem'
import { texts } from './texts'

type Schemas = components['schemas']
export type Plan = Schemas['Plan']
type Indicator = Schemas['Indicator']
type PlanRequest = Schemas['PlanRequest']
type IndicatorRequest = Schemas['IndicatorRequest']

/** An indicator while it is being written: what a field may leave empty is null. */
export interface Draft {
  /** Keeps its place in the list; never sent. */
  key: string
  seq: number | null
  groupZh: string
  nameZh: string
  nameEn: string
  unit: string
  kind: string
  ownerZh: string
  definitionZh: string
  direction: string
  baselineYear: number | null
  baseline: number | null
  targetYear: number | null
  targetMin: number | null
  targetMax: number | null
  by: 'computed' | 'reported'
  numerator: string
  denominator: string
  scale: number | null
  interim: { year: number | null; value: number | null }[]
}

export interface PlanDraft {
  code: string
  regionCode: string
  nameZh: string
  nameEn: string
  source: string
  indicators: Draft[]
}

export const kinds = ['level', 'ratio', 'count', 'amount', 'growth_percent', 'added', 'per_institution'] as const

/** A new one after those that there are, of the same target year. */
export function blankAfter(others: readonly Draft[]): Draft {
  const seq = Math.max(0, ...others.map(other => other.seq ?? 0)) + 1
  return {
    key: `new-${seq}-${others.length}`,
    seq,
    groupZh: others.at(-1)?.groupZh ?? '',
    nameZh: '',
    nameEn: '',
    unit: '',
    kind: 'count',
    ownerZh: '',
    definitionZh: '',
    direction: 'up',
    baselineYear: others.at(-1)?.baselineYear ?? null,
    baseline: null,
    targetYear: others.at(-1)?.targetYear ?? null,
    targetMin: null,
    targetMax: null,
    by: 'reported',
    numerator: '',
    denominator: '',
    scale: 1,
    interim: []
  }
}

function draftOf(at: Indicator): Draft {
  return {
    key: `seq-${at.seq}`,
    seq: at.seq,
    groupZh: at.groupZh ?? '',
    nameZh: at.nameZh,
    nameEn: at.nameEn,
    unit: at.unit ?? '',
    kind: at.kind,
    ownerZh: at.ownerZh ?? '',
    definitionZh: at.definitionZh ?? '',
    direction: at.direction ?? 'up',
    baselineYear: at.baselineYear ?? null,
    baseline: at.baseline ?? null,
    targetYear: at.targetYear,
    targetMin: at.targetMin,
    targetMax: at.targetMax ?? null,
    by: at.numerator ? 'computed' : 'reported',
    numerator: at.numerator ?? '',
    denominator: at.denominator ?? '',
    scale: at.scale ?? 1,
    interim: Object.entries(at.interim ?? {}).map(([year, value]) => ({ year: Number(year), value }))
  }
}

/** @param home region of who writes: a new plan is for it unless something else is said */
export function planDraft(at: Plan | null, home: string): PlanDraft {
  return {
    code: at?.code ?? '',
    regionCode: at?.regionCode ?? home,
    nameZh: at?.nameZh ?? '',
    nameEn: at?.nameEn ?? '',
    source: at?.source ?? '',
    indicators: at ? at.indicators.map(draftOf) : [blankAfter([])]
  }
}

/** What is asked of the service. A reported indicator has no expression, whatever was written before it became one. */
export function requestOf(plan: PlanDraft): PlanRequest {
  return { regionCode: plan.regionCode, nameZh: plan.nameZh, nameEn: plan.nameEn, source: plan.source, indicators: plan.indicators.map(asked) }
}

function asked({ key: _key, by, interim, ...rest }: Draft): IndicatorRequest {
  const computed = by === 'computed'
  return {
    ...rest,
    numerator: computed ? rest.numerator : null,
    denominator: computed && rest.denominator.trim() ? rest.denominator : null,
    scale: computed ? rest.scale : 1,
    interim: Object.fromEntries(interim.filter(one => one.year !== null && one.value !== null).map(one => [one.year!, one.value!]))
  }
}

/** What could not even be sent: half an interim target, a year twice, an expression that is meant to be there and is not. */
export function faultsBefore(plan: PlanDraft): Fault[] {
  return plan.indicators.flatMap((draft, i) => {
    const faults: Fault[] = []
    const say = (key: 'plan.interim.half' | 'plan.numerator.missing', field: string) => {
      const [zh, en] = texts.table[key]
      faults.push({ code: '', field: `indicators[${i}].${field}`, zh, en })
    }
    const years = draft.interim.map(one => one.year)
    if (draft.interim.some(one => one.year === null || one.value === null) || new Set(years).size < years.length) say('plan.interim.half', 'interim')
    if (draft.by === 'computed' && !draft.numerator.trim()) say('plan.numerator.missing', 'numerator')
    return faults
  })
}

/** Where two drafts of a plan differ, by the service's names, each with the value on either side. */
export function differencesOf(yours: PlanDraft, theirs: PlanDraft): { seq: number | null; field: string; yours: unknown; theirs: unknown }[] {
  const heads = (['nameZh', 'nameEn', 'source'] as const)
    .filter(field => yours[field] !== theirs[field])
    .map(field => ({ seq: null, field: field as string, yours: yours[field] as unknown, theirs: theirs[field] as unknown }))
  const seqs = [...new Set([...yours.indicators, ...theirs.indicators].map(draft => draft.seq))].sort((a, b) => (a ?? 0) - (b ?? 0))
  const lines = seqs.flatMap(seq => {
    const [one, other] = [yours, theirs].map(plan => plan.indicators.find(draft => draft.seq === seq)) as [Draft | undefined, Draft | undefined]
    if (!one || !other) return [{ seq, field: 'nameZh', yours: one?.nameZh ?? '', theirs: other?.nameZh ?? '' }]
    return (Object.keys(one) as (keyof Draft)[])
      .filter(field => field !== 'key' && JSON.stringify(one[field]) !== JSON.stringify(other[field]))
      .map(field => ({ seq, field: field as string, yours: one[field] as unknown, theirs: other[field] as unknown }))
  })
  return [...heads, ...lines]
}
