import { has, t, type TextKey } from '../texts'

/** What a query of records asks for, said in words. */
export interface Asked {
  metric: string
  title: TextKey
  values: Record<string, string>
}

export function askedOf(query: string): Asked {
  const params = new URLSearchParams(query)
  const metric = params.get('metric') ?? ''
  const hour = params.get('hour')
  const list = params.get('list')
  if (list !== null) return { metric, title: `records.list.${list}` as TextKey, values: { topic: params.get('name') ?? params.get('topic') ?? '' } }
  if (params.has('stage')) return { metric, title: 'records.stage', values: { stage: word('records.stage', params.get('stage')!) } }
  if (params.has('from')) return { metric, title: 'records.flow', values: {} }
  const name = word('records.metric', metric)
  return hour === null ? { metric, title: 'records.of', values: { name } } : { metric, title: 'records.ofHour', values: { name, hour } }
}

function word(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  return has(key) ? t(key) : code
}
