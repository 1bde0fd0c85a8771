import { describe, expect, it } from 'vitest'
import { limitText, minutesBetween, paceOf, stepOf } from '@/pages/decoction/model'

describe('the board', () => {
  it('calls a step due at its target and over beyond what the rule allows', () => {
    expect(paceOf(24, 25, 30)).toBe('going')
    expect(paceOf(25, 25, 30)).toBe('due')
    expect(paceOf(30, 25, 30)).toBe('due')
    expect(paceOf(31, 25, 30)).toBe('over')
    expect(paceOf(500, 30, null)).toBe('due')
  })

  it('counts whole minutes downwards, before and after', () => {
    const at = new Date('2026-11-22T10:00:00Z').getTime()
    expect(minutesBetween('2026-11-22T09:58:01Z', at)).toBe(1)
    expect(minutesBetween('2026-11-22T10:00:30Z', at)).toBe(-1)
  })

  it('knows which tap reports which step', () => {
    expect(stepOf('start-soaking')).toEqual({ step: 'soaking', act: 'start' })
    expect(stepOf('end-first-boil')).toEqual({ step: 'first-boil', act: 'finish' })
    expect(stepOf('start-packing')).toEqual({ step: 'packing', act: 'start' })
    expect(stepOf('add-late')).toBeNull()
    expect(stepOf('decide')).toBeNull()
  })

  it('writes a limit without an upper end', () => {
    const source = { clause: '', mark: 'M' }
    expect(limitText({ minimum: 30, maximum: null, target: 30, source })).toBe('≥ 30')
    expect(limitText({ minimum: 15, maximum: 20, target: 18, source })).toBe('15–20')
  })
})
