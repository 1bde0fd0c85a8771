import type { TextKey } from '../texts'

/** What the day can be drawn by; colours are names of the theme. */
export const curveMetrics: readonly { metric: string; label: TextKey; colour: string }[] = [
  { metric: 'received', label: 'curve.received', colour: 'jade' },
  { metric: 'dispensed', label: 'curve.dispensed', colour: 'sky' },
  { metric: 'decocted', label: 'curve.decocted', colour: 'amber' },
  { metric: 'delivered', label: 'curve.delivered', colour: 'lilac' },
  { metric: 'intercepted', label: 'curve.intercepted', colour: 'cinnabar' }
]

/** The hours that are over: what has not come yet is no zero, and an hour that is under way is not yet to be compared. */
export function pastOf(values: readonly number[] | undefined, until: number, today: boolean): (number | null)[] {
  const end = today ? Math.max(until - 1, 0) : until
  return Array.from({ length: 24 }, (_, hour) => (hour <= end ? (values?.[hour] ?? 0) : null))
}

/** The step from the last full hour to the one under way; nothing on a day that is over. */
export function presentOf(values: readonly number[] | undefined, until: number, today: boolean): (number | null)[] {
  return Array.from({ length: 24 }, (_, hour) => (today && (hour === until || hour === until - 1) ? (values?.[hour] ?? 0) : null))
}

/** The sum of the hours before one. */
export function soFar(values: readonly number[] | undefined, hour: number): number {
  return (values ?? []).slice(0, hour).reduce((sum, n) => sum + n, 0)
}
