import type { Place, TickerEvent } from '@/api/cockpit'
import { isChinese, nameOf } from '@/i18n'
import { regionName } from '@/regions'
import { may } from '@/shell/session'
import { t } from '../texts'
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

export function aboutOf(e: TickerEvent): string {
  const where = name(e.institution) ?? name(e.centre) ?? (e.region ? regionName(e.region, isChinese.value) : null)
  return [e.reference, where, e.institution ? undefined : e.topic].filter(Boolean).join(' · ')
}

/** Events whose aggregate is a prescription. */
const ofPrescription = /^(Prescription|Decoction|Step|Deviation|Parcel|ColdChain|Stock|Reservation|Dispensing|Withdrawal|Review|Packing)/

/** The page of what an event is about, where there is one that this person may open. */
export function pageOf(e: Pick<TickerEvent, 'type' | 'aggregateId' | 'institution'>): string | null {
  if (e.type === 'RecallOrdered') return may(['regulator', 'operator', 'quality', 'pharmacist', 'service']) ? `/recalls/${e.aggregateId}` : null
  if (e.institution && ofPrescription.test(e.type) && may(['pharmacist', 'prescriber', 'admin', 'his', 'regulator', 'operator'])) return `/prescriptions/${e.aggregateId}`
  return null
}
