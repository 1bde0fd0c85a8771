import type { MessageKey } from '../i18n'

/** The lines of the day's curve, the first drawn as an area; colours are names of the theme. */
export const series: readonly { metric: string; label: MessageKey; colour: string; dashed?: boolean }[] = [
  { metric: 'received', label: 'curve.received', colour: 'jade' },
  { metric: 'dispensed', label: 'curve.dispensed', colour: 'sky' },
  { metric: 'decocted', label: 'curve.decocted', colour: 'amber' },
  { metric: 'delivered', label: 'curve.delivered', colour: 'lilac' },
  { metric: 'intercepted', label: 'curve.intercepted', colour: 'cinnabar', dashed: true }
]

/** A line ends at the present hour: what has not come yet is no zero. */
export function curveOf(values: readonly number[] | undefined, until: number): (number | null)[] {
  return Array.from({ length: 24 }, (_, hour) => (hour <= until ? (values?.[hour] ?? 0) : null))
}
