import type { paths } from '@/api/generated/decoction'

export type PatientView = paths['/api/decoction/public/{code}']['get']['responses']['200']['content']['application/json']

export interface PlanStep {
  stage: string
  at: string | null
  /** done, next, or open: still to come. */
  standing: 'done' | 'next' | 'open'
}

const never = new Set(['returned', 'lost', 'scrapped'])

/** The way to the patient's hand, with what is behind it: of a medicine that is not decocted, or fetched, other steps. */
export function planOf(view: PatientView): PlanStep[] {
  const stages = [
    'checked',
    ...(view.decocted ? ['soaking', 'decocting'] : []),
    'packed',
    ...(view.coming.kind === 'pick-up' ? ['at-counter'] : ['shipped']),
    'delivered'
  ]
  const reached = new Map(view.milestones.map(step => [step.stage, step.at]))
  const last = stages.findLastIndex(stage => reached.has(stage))
  return stages.map((stage, i) => ({
    stage,
    at: reached.get(stage) ?? null,
    standing: i <= last ? 'done' : i === last + 1 && !never.has(view.stage) ? 'next' : 'open'
  }))
}
