import type { paths } from '@/api/generated/decoction'

export type PatientCurve = paths['/api/decoction/public/{code}/curve']['get']['responses']['200']['content']['application/json']

export interface DrawnBoil {
  step: string
  startedAt: string
  finishedAt: string | null
  minutes: number
  hottest: number | null
  /** Points of an SVG polyline. */
  line: string
}

export interface DrawnCurve {
  boils: DrawnBoil[]
  low: number
  high: number
}

export const width = 320
export const height = 120

/** The boils beside one another on one scale of time and temperature; what lies between them takes no room. */
export function draw(curve: PatientCurve, now: number): DrawnCurve | null {
  const all = curve.boils.flatMap(boil => boil.readings.map(reading => reading.celsius))
  if (all.length < 2) return null
  const low = Math.floor((Math.min(...all) - 2) / 10) * 10
  const high = Math.ceil((Math.max(...all) + 2) / 10) * 10
  const spans = curve.boils.map(boil => (boil.finishedAt ? Date.parse(boil.finishedAt) : now) - Date.parse(boil.startedAt))
  const gap = curve.boils.length > 1 ? 12 : 0
  const scale = (width - gap * (curve.boils.length - 1)) / Math.max(1, spans.reduce((sum, span) => sum + span, 0))
  let left = 0
  const boils = curve.boils.map((boil, i) => {
    const from = left
    left += spans[i]! * scale + gap
    const points = boil.readings.map(reading => {
      const x = from + (Date.parse(reading.at) - Date.parse(boil.startedAt)) * scale
      const y = height - ((reading.celsius - low) / (high - low)) * height
      return `${x.toFixed(1)},${y.toFixed(1)}`
    })
    return {
      step: boil.step,
      startedAt: boil.startedAt,
      finishedAt: boil.finishedAt,
      minutes: Math.round(spans[i]! / 60_000),
      hottest: boil.readings.length > 0 ? Math.max(...boil.readings.map(reading => reading.celsius)) : null,
      line: points.join(' ')
    }
  })
  return { boils, low, high }
}
