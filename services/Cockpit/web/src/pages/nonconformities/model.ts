import type { components } from '@/api/generated/quality'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { formatMoment } from '@/format'
import { isChinese, locale } from '@/i18n'
import { t, word } from './texts'

type Schemas = components['schemas']
export type Item = Schemas['NonconformityItem']
export type CaseView = Schemas['NonconformityView']
export type Entry = Schemas['EntryView']

export const stages = ['open', 'analysis', 'action', 'check'] as const
export const sources = ['deviation', 'signal', 'lot-rejected', 'recall', 'manual'] as const
export const severities = ['minor', 'major', 'critical'] as const
export const methods = ['five-whys', 'fishbone', 'fault-tree', 'comparison', 'other'] as const
export const categories = ['people', 'machine', 'material', 'method', 'environment', 'measurement'] as const

export function severityTone(severity: string): TagTone {
  return severity === 'critical' ? 'bad' : severity === 'major' ? 'warn' : 'quiet'
}

export function ownerOf(item: Pick<Item, 'owner' | 'ownerName'>): string {
  return item.owner.startsWith('desk:') ? t('owner.desk') : item.ownerName
}

export function ageOf(openedAt: string, now: number): string {
  const days = Math.floor((now - new Date(openedAt).getTime()) / 86_400_000)
  return days < 1 ? t('age.today') : t('age.days', { n: days })
}

export const words = (item: Pick<Item, 'textZh' | 'textEn'>) => (isChinese.value ? item.textZh : item.textEn)

/** What is most pressing first: late before in time, grave before not, then what is due first. */
export function pressing(a: Item, b: Item): number {
  const rank = (item: Item) => severities.indexOf(item.severity as (typeof severities)[number])
  return Number(b.overdue) - Number(a.overdue) || rank(b) - rank(a) || a.dueAt.localeCompare(b.dueAt)
}

/** An entry of the history in a sentence. */
export function told(entry: Entry): string {
  const content = (entry.content ?? {}) as Record<string, string | number | null>
  const text = (name: string) => String(content[name] ?? '')
  switch (entry.kind) {
    case 'opened':
    case 'signal':
      return isChinese.value ? text('textZh') : text('textEn')
    case 'assigned':
      return t('entry.assigned.text', {
        who: text('ownerName'),
        severity: text('severity') ? ` · ${word('severity', text('severity'))}` : '',
        why: text('reason') ? ` · ${text('reason')}` : ''
      })
    case 'cause':
      return `${word('method', text('method'))} · ${word('category', text('category'))} · ${text('text')}`
    case 'action-added':
      return `${word('kind', text('kind'))} · ${text('text')} · ${text('ownerName')} · ${t('actions.due', { day: text('dueOn') })}`
    case 'action-done':
      return text('result')
    case 'escalated':
      return t('entry.escalated.text', { stage: word('stage', text('stage')), to: text('to').startsWith('desk:') ? t('to.desk') : t('to.region') })
    case 'signal-withdrawn':
      return t('entry.withdrawn.text', { n: text('count') })
    default:
      return text('text')
  }
}

export const moment = (at: string | null) => (at ? formatMoment(at, locale.value) : null)
