import { describe, expect, it } from 'vitest'
import { cardOf, lightOf, missing, targetText } from '@/pages/cockpit/live/indicators'
import { peopleOf } from '@/pages/cockpit/map/useMapData'

const plain = (n: number) => String(n)

describe('an indicator on the wall', () => {
  it('opens the card of the region whose number it shows, not of its plan\'s', () => {
    expect(cardOf({ plan: 'hangzhou-2025', seq: 3, region: '330106' })).toEqual({ path: '/indicators/hangzhou-2025/3', query: { region: '330106' } })
  })

  it('and a light opens those under it, in the same region', () => {
    expect(lightOf('red', '330106', '330100')).toEqual({ path: '/indicators', query: { light: 'red', region: '330106' } })
    expect(lightOf('red', '330100', '330100')).toEqual({ path: '/indicators', query: { light: 'red' } })
  })

  it('says at most where less is better', () => {
    const target = { year: 2030, min: 5, max: null }
    expect(targetText({ target, direction: 'down', unit: '%' }, plain)).toBe('≤ 5%')
    expect(targetText({ target, direction: 'up', unit: '' }, plain)).toBe('≥ 5')
    expect(targetText({ target: { ...target, max: 8 }, direction: 'up', unit: '' }, plain)).toBe('5–8')
    expect(targetText({ target: null, direction: 'up', unit: '' }, plain)).toBe('–')
  })

  it('is not called unreported when it is computed and nothing can be compared', () => {
    expect(missing({ reason: { code: 'COC-0353', zh: '', en: '' } })).toBe('indicators.grey')
    expect(missing({ reason: { code: 'COC-0351', zh: '', en: '' } })).toBe('indicators.unknown')
  })
})

describe('people on the map of resources', () => {
  it('are counted once: physicians of TCM are among the physicians', () => {
    const county = { regionCode: '330102', nameZh: '', nameEn: '', longitude: null, latitude: null, population: 1, physicians: 2, tcmPhysicians: 2, pharmacists: 1, others: 4 }
    expect(peopleOf(county)).toBe(7)
  })
})
