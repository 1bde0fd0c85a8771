import type { Indicator } from '@/api/cockpit'

/** No approved value: the one reason that somebody can end by reporting. */
const notReported = 'COC-0351'

/** The card of the very number that is shown: an indicator has one for each region. */
export function cardOf(item: Pick<Indicator, 'plan' | 'seq' | 'region'>): { path: string; query: Record<string, string> } {
  return { path: `/indicators/${item.plan}/${item.seq}`, query: { region: item.region } }
}

/** All that stand under a light, in the region that is looked at. */
export function lightOf(light: string, region: string, home: string): { path: string; query: Record<string, string> } {
  return { path: '/indicators', query: { light, ...(region === home ? {} : { region }) } }
}

/** What is to be reached: at least, at most, or between. */
export function targetText(item: Pick<Indicator, 'target' | 'direction' | 'unit'>, number: (n: number) => string): string {
  const { target, direction, unit } = item
  if (!target || target.min === null) return '–'
  const sign = unit === '%' ? '%' : ''
  if (target.max !== null && target.max !== target.min) return `${number(target.min)}–${number(target.max)}${sign}`
  return `${direction === 'down' ? '≤' : '≥'} ${number(target.min)}${sign}`
}

/** Why there is no value: nobody has reported one, or it cannot be computed. */
export function missing(item: Pick<Indicator, 'reason'>): 'indicators.unknown' | 'indicators.grey' {
  return item.reason?.code === notReported ? 'indicators.unknown' : 'indicators.grey'
}
