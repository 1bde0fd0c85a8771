import { formatTime } from '@/format'
import { colour } from '@/theme'

/** What charts of a temperature over time have in common. */
export const timeAxis = () => ({
  type: 'time',
  axisLabel: { color: colour('text-2'), formatter: (at: number) => formatTime(at, false) },
  axisLine: { lineStyle: { color: colour('line-strong') } },
  splitLine: { show: false }
})

/** A limit, as a dashed line with its words on it. */
export const limitLine = (celsius: number, text: string, tone: string) => ({
  yAxis: celsius,
  lineStyle: { color: colour(tone), type: 'dashed' },
  label: { formatter: text, color: colour(tone), position: 'insideEndTop' }
})
