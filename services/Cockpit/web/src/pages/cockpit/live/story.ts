import type { TickerEvent } from '@/api/cockpit'
import { has, type TextKey } from '../texts'

/** How an event is told in one line. */

export type Tone = 'in' | 'good' | 'warn' | 'bad' | 'quiet'

const tones: Record<string, Tone> = {
  PrescriptionReceived: 'in',
  PrescriptionApproved: 'good',
  PrescriptionRejected: 'bad',
  PrescriptionCancelled: 'warn',
  PrescriptionWithdrawn: 'warn',
  PrescriptionExpired: 'warn',
  PrescriptionReturned: 'bad',
  StockShort: 'warn',
  DeviationDetected: 'bad',
  DecoctionCompleted: 'good',
  ParcelDelivered: 'good',
  PrescriptionCompleted: 'good',
  LotRejected: 'bad',
  RecallIssued: 'bad',
  RecallOrdered: 'bad',
  NonconformityOpened: 'bad',
  SupervisionAlertRaised: 'warn',
  NonconformityEscalated: 'bad',
  NonconformityClosed: 'good',
  ControlSignalRaised: 'warn',
  InstitutionSuspended: 'warn'
}

export function isIntercepted(e: Pick<TickerEvent, 'type' | 'detail'>): boolean {
  return e.type === 'PrescriptionAudited' && ['double_sign', 'resolve', 'block'].includes(e.detail ?? '')
}

export function toneOf(e: Pick<TickerEvent, 'type' | 'detail'>): Tone {
  return isIntercepted(e) ? 'warn' : (tones[e.type] ?? 'quiet')
}

/** The message that names an event; null for a type that this page does not know, which is then shown by its own name. */
export function labelOf(e: Pick<TickerEvent, 'type' | 'detail'>): TextKey | null {
  const key = isIntercepted(e) ? 'event.PrescriptionAudited.intercepted' : `event.${e.type}`
  return has(key) ? key : null
}

/** The message that names the step of a decoction, where there is one. */
export function stepOf(e: Pick<TickerEvent, 'type' | 'detail'>): TextKey | null {
  const key = `step.${e.detail}`
  return (e.type === 'StepCompleted' || e.type === 'DeviationDetected') && has(key) ? key : null
}

/** The stages of the flow, each with the counter of those that passed it today and the stages in which one waits for it now. */
export const flow: readonly { key: TextKey; metric: string; waitingIn: readonly string[] }[] = [
  { key: 'funnel.received', metric: 'received', waitingIn: [] },
  { key: 'funnel.approved', metric: 'approved', waitingIn: ['received', 'audited', 'intercepted'] },
  { key: 'funnel.reserved', metric: 'reserved', waitingIn: ['approved', 'short', 'routed'] },
  { key: 'funnel.dispensed', metric: 'dispensed', waitingIn: ['reserved', 'dispensing'] },
  { key: 'funnel.checked', metric: 'checked', waitingIn: ['dispensed'] },
  { key: 'funnel.decocted', metric: 'decocted', waitingIn: ['checked', 'soaking', 'decocting'] },
  { key: 'funnel.shipped', metric: 'shipped', waitingIn: ['packed'] },
  { key: 'funnel.delivered', metric: 'delivered', waitingIn: ['shipped'] }
]

/** Everything from this screen's counters in which a herb is in the water. */
export function decoctingNow(standing: Record<string, number>): number {
  return (standing.soaking ?? 0) + (standing.decocting ?? 0)
}
