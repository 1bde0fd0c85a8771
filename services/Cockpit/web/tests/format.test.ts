import { describe, expect, it } from 'vitest'
import { dayOf, formatBig, formatCount, formatDuration, formatRatio, formatShare, formatTime, formatWeight, hourOf, monthsBack } from '@/format'
import { periods } from '@/pages/evaluation/model'
import { pastOf, presentOf } from '@/pages/cockpit/live/curve'

describe('formatting', () => {
  it('groups counts', () => {
    expect(formatCount(1234567, 'zh-CN')).toBe('1,234,567')
  })

  it('writes what is too long for a wall in 万 and 亿, or K and M', () => {
    expect([99_999, 123_456, 234_567_890].map(n => formatBig(n, 'zh-CN'))).toEqual(['99,999', '12.3万', '2.3亿'])
    expect([123_456, 2_345_678].map(n => formatBig(n, 'en'))).toEqual(['123.5K', '2.3M'])
  })

  it('measures time in what fits, and does not invent what is unknown', () => {
    expect([45, 5_220, 15_120, 400_000].map(n => formatDuration(n, 'zh-CN'))).toEqual(['45 秒', '87 分钟', '4.2 小时', '4.6 天'])
    expect([formatDuration(null, 'en'), formatRatio(null, 'en'), formatRatio(0.912, 'en')]).toEqual(['–', '–', '91.2%'])
  })

  // The month begins in Hangzhou while it is still the last one in Greenwich.
  it.each([
    ['2026-02-28T15:59:59Z', ['2026-02', '2026-01', '2025-12'], '2026-Q1', '2026'],
    ['2026-03-31T16:00:00Z', ['2026-04', '2026-03', '2026-02'], '2026-Q2', '2026'],
    ['2025-12-31T16:30:00Z', ['2026-01', '2025-12', '2025-11'], '2026-Q1', '2026'],
    ['2026-01-01T12:00:00Z', ['2026-01', '2025-12', '2025-11'], '2026-Q1', '2026']
  ])('counts months, quarters and years in the calendar of the region at %s', (at, months, quarter, year) => {
    const now = Date.parse(at)
    expect(monthsBack(3, now)).toEqual(months)
    expect(periods('month', 3, now)).toEqual(months)
    expect([periods('quarter', 1, now)[0], periods('year', 1, now)[0]]).toEqual([quarter, year])
    expect(periods('quarter', 5, now)[4]).toBe(`${Number(year) - 1}-${quarter.slice(5)}`)
  })

  it.each([
    [0, '0 克', '0 g'],
    [19_000_000, '19.0 千克', '19.0 kg'],
    [9_000, '9 克', '9 g'],
    [12_345_000, '12.3 千克', '12.3 kg'],
    [123_456_000, '123 千克', '123 kg'],
    [12_345_678_000, '12.3 吨', '12.3 t']
  ])('weighs %i mg', (milligrams, zh, en) => {
    expect(formatWeight(milligrams, 'zh-CN')).toBe(zh)
    expect(formatWeight(milligrams, 'en')).toBe(en)
  })

  it('shows no share of nothing', () => {
    expect(formatShare(0, 0, 'en')).toBe('–')
    expect(formatShare(1, 8, 'zh-CN')).toBe('12.5%')
  })

  it('tells the time of the region, wherever the screen is', () => {
    const at = Date.parse('2026-11-21T16:05:09Z')
    expect(formatTime(at)).toBe('00:05:09')
    expect(hourOf(at)).toBe(0)
    expect(dayOf(at)).toBe('2026-11-22')
  })

  it('ends the curve at the last full hour: what has not come is no zero', () => {
    expect(pastOf([1, 2, 3, 9], 3, true).slice(0, 5)).toEqual([1, 2, 3, null, null])
    expect(pastOf([1, 2, 3], 23, false).slice(0, 5)).toEqual([1, 2, 3, 0, 0])
    expect(pastOf(undefined, 0, true).slice(0, 2)).toEqual([0, null])
    expect(pastOf([], 5, true)).toHaveLength(24)
  })

  it('draws the hour under way apart', () => {
    expect(presentOf([1, 2, 3, 9], 3, true).slice(0, 5)).toEqual([null, null, 3, 9, null])
    expect(presentOf([4], 0, true).slice(0, 2)).toEqual([4, null])
    expect(presentOf([1, 2], 1, false).every(v => v === null)).toBe(true)
  })
})
