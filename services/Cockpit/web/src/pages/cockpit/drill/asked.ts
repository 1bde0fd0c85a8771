import { medicineInFull } from '@/i18n'
import { has, t, type TextKey } from '../texts'

/** What a query of records asks for, said in words. */
export interface Asked {
  /** says in what its values are */
  metric: string
  title: TextKey
  values: Record<string, string>
}

export function askedOf(query: string): Asked {
  const params = new URLSearchParams(query)
  const metric = params.get('metric') ?? ''
  const hour = params.get('hour')
  const list = params.get('list')
  if (list !== null) return { metric: list === 'herb' ? 'milligrams' : metric, title: `records.list.${list}` as TextKey, values: { topic: params.get('name') ?? medicineInFull(params.get('topic') ?? '') } }
  const stages = params.get('stage')
  if (stages !== null) return { metric, title: 'records.stage', values: { stage: stages.split(',').map(stage => word('records.stage', stage)).join(' · ') } }
  if (params.has('from') || params.has('to')) return { metric, title: 'records.flow', values: {} }
  const name = word('records.metric', metric)
  return hour === null ? { metric, title: 'records.of', values: { name } } : { metric, title: 'records.ofHour', values: { name, hour } }
}

/** A waiting place of the wall may be several stages; the service is asked for one at a time. */
export function questionsOf(query: string): string[] {
  const stages = new URLSearchParams(query).get('stage')
  return stages === null ? [query] : stages.split(',').map(stage => `stage=${stage}`)
}

export function word(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  return has(key) ? t(key) : code
}
