import { formatMoment } from '@/format'
import { isChinese, locale } from '@/i18n'
import { colour } from '@/theme'
import { figure, type ChartView, type PointView } from './model'
import { t } from './texts'

/** How the three charts of a process are drawn: points by number, since what counts is their order. */

interface Line {
  at: number
  text: string
  tone: string
  solid?: boolean
}

function line({ at, text, tone, solid }: Line) {
  return { yAxis: at, lineStyle: { color: colour(tone), type: solid ? 'solid' : 'dashed', width: 1 }, label: { formatter: text, color: colour(tone), position: 'insideStartTop' } }
}

function frame(view: ChartView, lines: Line[], values: (number | null)[], marked: (point: PointView) => boolean, floor?: number, extra: object[] = []) {
  const ends = view.points.findLastIndex(point => point.phase !== 'watched')
  const all = [...values.filter((v): v is number => v !== null), ...lines.map(l => l.at)]
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const room = (most - least || 1) * 0.08
  return {
    animation: false,
    grid: { left: 62, right: 24, top: 26, bottom: 34 },
    xAxis: {
      type: 'category',
      data: view.points.map((_, i) => i + 1),
      axisLabel: { color: colour('text-2') },
      axisLine: { lineStyle: { color: colour('line-strong') } }
    },
    yAxis: {
      type: 'value',
      min: floor ?? least - room,
      max: most + room,
      axisLabel: { color: colour('text-2'), showMinLabel: floor !== undefined, showMaxLabel: false, formatter: (n: number) => figure(n, view.measure.decimals) },
      splitLine: { lineStyle: { color: colour('line') } }
    },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      formatter: (found: { dataIndex: number }[]) => told(view, found[0]!.dataIndex)
    },
    series: [
      {
        type: 'line',
        showAllSymbol: true,
        data: values.map((value, i) => ({
          value,
          symbol: marked(view.points[i]!) ? 'diamond' : view.points[i]!.phase === 'excluded' ? 'emptyCircle' : 'circle',
          symbolSize: marked(view.points[i]!) ? 13 : 6,
          itemStyle: { color: colour(marked(view.points[i]!) ? 'cinnabar' : view.points[i]!.phase === 'watched' ? 'jade' : 'text-3') }
        })),
        lineStyle: { color: colour('jade'), width: 1.5 },
        markLine: {
          symbol: 'none',
          silent: true,
          data: [
            ...lines.map(line),
            ...(ends >= 0 && ends < view.points.length - 1
              ? [{ xAxis: ends, lineStyle: { color: colour('line-strong'), type: 'solid' }, label: { formatter: t('chart.baselineEnd'), color: colour('text-2'), position: 'insideStartTop' } }]
              : [])
          ]
        }
      },
      ...extra
    ]
  }
}

/** What a point says when it is pointed at. */
function told(view: ChartView, index: number): string {
  const point = view.points[index]!
  const said = standing(point).map(signal => `◆ ${isChinese.value ? signal.textZh : signal.textEn}`)
  return [`${index + 1} · ${formatMoment(point.at, locale.value)}`, `${figure(point.value, view.measure.decimals)} ${view.measure.unit} · ${point.reference}`, ...said].join('\n')
}

export function standing(point: PointView) {
  return point.signals.filter(signal => signal.standing)
}

const western = (point: PointView) => standing(point).some(signal => signal.rule.startsWith('we'))

export function individuals(view: ChartView) {
  const b = view.baseline
  const n = (value: number | string) => figure(value, view.measure.decimals)
  const lines: Line[] = b
    ? [
        { at: Number(b.upper), text: t('chart.upper', { n: n(b.upper) }), tone: 'cinnabar' },
        { at: Number(b.centre), text: t('chart.centre', { n: n(b.centre) }), tone: 'text-2', solid: true },
        { at: Number(b.lower), text: t('chart.lower', { n: n(b.lower) }), tone: 'cinnabar' }
      ]
    : []
  return frame(
    view,
    lines,
    view.points.map(point => Number(point.value)),
    western
  )
}

export function ranges(view: ChartView) {
  const b = view.baseline
  const n = (value: number | string) => figure(value, Number(view.measure.decimals) + 1)
  const lines: Line[] = b
    ? [
        { at: Number(b.upperRange), text: t('chart.upper', { n: n(b.upperRange) }), tone: 'cinnabar' },
        { at: Number(b.meanRange), text: t('chart.centre', { n: n(b.meanRange) }), tone: 'text-2', solid: true }
      ]
    : []
  return frame(
    view,
    lines,
    view.points.map(point => (point.range === null ? null : Number(point.range))),
    point => standing(point).some(signal => signal.rule === 'range'),
    0
  )
}

export function averages(view: ChartView) {
  const b = view.baseline
  const limit = (pick: (point: PointView) => number | string | null) => ({
    type: 'line',
    step: 'middle',
    showSymbol: false,
    silent: true,
    lineStyle: { color: colour('cinnabar'), type: 'dashed', width: 1 },
    data: view.points.map(point => (pick(point) === null ? null : Number(pick(point))))
  })
  const limits = view.points.flatMap(point => [point.ewmaLower, point.ewmaUpper]).filter((n): n is number => n !== null)
  const lines: Line[] = b ? [{ at: Number(b.centre), text: t('chart.centre', { n: figure(b.centre, view.measure.decimals) }), tone: 'text-2', solid: true }] : []
  const drawn = frame(
    view,
    lines,
    view.points.map(point => (point.ewma === null ? null : Number(point.ewma))),
    point => standing(point).some(signal => signal.rule === 'ewma'),
    undefined,
    [limit(point => point.ewmaLower), limit(point => point.ewmaUpper)]
  )
  if (limits.length > 0) {
    drawn.yAxis.min = Math.min(drawn.yAxis.min, ...limits)
    drawn.yAxis.max = Math.max(drawn.yAxis.max, ...limits)
  }
  return drawn
}
