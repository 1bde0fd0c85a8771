import type { Place, TickerEvent } from '@/api/cockpit'
import { isChinese, nameOf } from '@/i18n'
import { regionName } from '@/regions'
import { pages } from '@/shell/pages'
import { may } from '@/shell/session'
import { has, t } from '../texts'
import { labelOf, stepOf } from './story'

/** How an event is said, and where it leads. */

function name(place: Place | undefined): string | null {
  return place ? nameOf(place.zh, place.en, place.code) : null
}

export function titleOf(e: Pick<TickerEvent, 'type' | 'detail'>): string {
  const label = labelOf(e)
  const step = stepOf(e)
  return (label ? t(label) : e.type) + (step ? ` · ${t(step)}` : '')
}

/** What an event is about beside its place, in words where it is a code. */
function topicOf(e: TickerEvent): string | undefined {
  const key = `topic.${e.topic}`
  return has(key) ? t(key) : e.institution ? undefined : e.topic
}

export function aboutOf(e: TickerEvent): string {
  const where = name(e.institution) ?? name(e.centre) ?? (e.region ? regionName(e.region, isChinese.value) : null)
  return [e.reference, where, topicOf(e)].filter(Boolean).join(' · ')
}

/** What a record's link is called: its own number, else what it opens. */
export function linkOf(item: { reference?: string | null | undefined; links?: { prescription?: string | null } | null | undefined }): string {
  return item.reference || t(item.links?.prescription ? 'records.prescription' : 'records.record')
}

/** Pages by their names, each with the id of an event that its address takes. */
type Lead = readonly [page: string, of: 'aggregateId' | 'detail']
const lot: readonly Lead[] = [
  ['release-lot', 'aggregateId'],
  ['lot', 'aggregateId']
]
const prescription: readonly Lead[] = [
  ['prescription', 'aggregateId'],
  ['batch-record', 'aggregateId']
]
const parcel: readonly Lead[] = [
  ['prescription', 'aggregateId'],
  ['parcel', 'aggregateId']
]

/** What an event speaks of: the first of these that the person may open. A recall stands in the detail, its event is the lot's. */
const leads: readonly (readonly [RegExp, readonly Lead[]])[] = [
  [/^Recall/, [['recall', 'detail'], ...lot]],
  [/^Lot/, lot],
  [/^Nonconformity/, [['nonconformity', 'aggregateId']]],
  [/^ControlSignal/, [['chart', 'aggregateId']]],
  [/^SupervisionAlert/, [['supervision-alert', 'aggregateId']]],
  [/^(Parcel|ColdChain)/, parcel],
  [/^(Decoction|Step|Deviation|Packing)/, prescription],
  [/^(Prescription|Stock|Reservation|Dispensing|Withdrawal|Review)/, [['prescription', 'aggregateId']]]
]

/** The address of one thing's page, where there is one that this person may open. */
export function pageNamed(name: string, id: string): string | null {
  const page = pages.find(one => one.name === name)
  return page && may(page.roles) ? page.path.replace(/:\w+/, encodeURIComponent(id)) : null
}

/** The page of what an event is about, where there is one that this person may open. */
export function pageOf(e: Pick<TickerEvent, 'type' | 'aggregateId' | 'detail'>): string | null {
  const found = leads.find(([type]) => type.test(e.type))?.[1] ?? []
  for (const [name, of] of found) {
    const id = e[of]
    const address = id ? pageNamed(name, id) : null
    if (address !== null) return address
  }
  return null
}
