import type { Place, TickerEvent } from '@/api/cockpit'
import { isChinese, nameOf } from '@/i18n'
import { regionName } from '@/regions'
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

/** Events whose aggregate is a prescription. */
const ofPrescription = /^(Prescription|Decoction|Step|Deviation|Parcel|ColdChain|Stock|Reservation|Dispensing|Withdrawal|Review|Packing)/

/** The page of what an event is about, where there is one that this person may open. */
export function pageOf(e: Pick<TickerEvent, 'type' | 'aggregateId' | 'institution'>): string | null {
  if (e.type === 'RecallOrdered') return may(['regulator', 'operator', 'quality', 'pharmacist', 'service']) ? `/recalls/${e.aggregateId}` : null
  if (e.type.startsWith('Nonconformity')) return may(['quality', 'regulator', 'operator']) ? `/nonconformities/${e.aggregateId}` : null
  if (e.type === 'SupervisionAlertRaised') return may(['regulator', 'operator', 'admin']) ? `/supervision/${e.aggregateId}` : null
  if (e.institution && ofPrescription.test(e.type) && may(['pharmacist', 'prescriber', 'admin', 'his', 'regulator', 'operator'])) return `/prescriptions/${e.aggregateId}`
  return null
}
