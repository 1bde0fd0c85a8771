import { describe, expect, it } from 'vitest'
import { exportOf, inPercent, targetOf } from '@/pages/indicators/model'

describe('reported values', () => {
  it('go out as a file of what the list shows, and of nothing else in the address', () => {
    const filters = { state: 'approved', plan: 'p', seq: '5', region: '', after: 'x' }
    expect(exportOf(filters, 'xlsx', false)).toBe('/api/cockpit/indicator-values/export?state=approved&plan=p&seq=5&format=xlsx&lang=en')
  })

  it('are in per cent by their unit, or as growth that has no baseline year', () => {
    expect(inPercent({ unit: '%', kind: 'ratio' })).toBe(true)
    expect(inPercent({ unit: '亿元', kind: 'growth_percent', baselineYear: 2020 })).toBe(false)
    expect(inPercent({ unit: '亿元', kind: 'growth_percent', baselineYear: null })).toBe(true)
  })
})

describe('a target', () => {
  const target = { year: 2030, min: 5, max: null }

  it('is said with its unit, and as at most where less is better', () => {
    expect(targetOf({ target, direction: 'up', unit: '%' })).toBe('5%')
    expect(targetOf({ target, direction: 'down', unit: '%' })).toBe('不高于 5%')
    expect(targetOf({ target: { ...target, max: 8 }, direction: 'up', unit: '%' })).toBe('5–8%')
  })
})
