import { describe, expect, it } from 'vitest'
import { blankAfter, differencesOf, faultsBefore, planDraft, requestOf, type Plan } from '@/pages/indicators/plan'

const stored: Plan = {
  code: 'p',
  regionCode: '330100',
  nameZh: '规划',
  nameEn: 'Plan',
  source: '',
  version: 3,
  indicators: [
    { seq: 1, nameZh: '甲', nameEn: 'A', kind: 'ratio', targetYear: 2030, targetMin: 90, numerator: 'count(institutions where hall)', denominator: 'population', scale: 1000, interim: { '2028': 70 } },
    { seq: 4, nameZh: '乙', nameEn: 'B', kind: 'count', targetYear: 2030, targetMin: 3, direction: 'down' }
  ]
}

describe('a plan in its form', () => {
  it('is asked for as it was stored when nothing was changed', () => {
    const asked = requestOf(planDraft(stored, ''))
    expect(asked.indicators![0]).toMatchObject({ seq: 1, numerator: 'count(institutions where hall)', denominator: 'population', scale: 1000, interim: { 2028: 70 } })
    expect(asked.indicators![1]).toMatchObject({ seq: 4, direction: 'down', numerator: null, denominator: null, scale: 1 })
    expect(asked.indicators![0]).not.toHaveProperty('key')
    expect(asked.indicators![0]).not.toHaveProperty('by')
  })

  it('loses its expressions when its indicator becomes one that is reported', () => {
    const draft = planDraft(stored, '')
    draft.indicators[0]!.by = 'reported'
    expect(requestOf(draft).indicators![0]).toMatchObject({ numerator: null, denominator: null, scale: 1 })
  })

  it('numbers a new indicator after the last, with its years', () => {
    expect(blankAfter(planDraft(stored, '').indicators)).toMatchObject({ seq: 5, targetYear: 2030, by: 'reported' })
    expect(planDraft(null, '330106')).toMatchObject({ regionCode: '330106', indicators: [{ seq: 1 }] })
  })

  it('is not sent with half an interim target, with a year twice, or computed of nothing', () => {
    const draft = planDraft(stored, '')
    expect(faultsBefore(draft)).toEqual([])
    draft.indicators[0]!.interim.push({ year: 2028, value: 80 })
    expect(faultsBefore(draft).map(fault => fault.field)).toEqual(['indicators[0].interim'])
    draft.indicators[0]!.interim[1] = { year: null, value: 80 }
    draft.indicators[1]!.by = 'computed'
    expect(faultsBefore(draft).map(fault => fault.field)).toEqual(['indicators[0].interim', 'indicators[1].numerator'])
  })

  it('says where two versions differ, number by number', () => {
    const [mine, theirs] = [planDraft(stored, ''), planDraft(stored, '')]
    expect(differencesOf(mine, theirs)).toEqual([])
    mine.indicators[1]!.targetMin = 5
    theirs.nameZh = '新规划'
    theirs.indicators.pop()
    theirs.indicators.push({ ...mine.indicators[1]!, targetMin: 3, key: 'other' })
    expect(differencesOf(mine, theirs)).toEqual([
      { seq: null, field: 'nameZh', yours: '规划', theirs: '新规划' },
      { seq: 4, field: 'targetMin', yours: 5, theirs: 3 }
    ])
  })
})
