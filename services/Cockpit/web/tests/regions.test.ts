import { describe, expect, it } from 'vitest'
import { childrenOf, everywhere, parentOf, regionDepth, regionName, regionsWithin, shortRegionName, subtreePrefix } from '@/regions'

describe('regions', () => {
  it('offers what lies within, itself first', () => {
    expect(regionsWithin('330100')[0]).toBe('330100')
    expect(regionsWithin('330100')).toContain('330106')
    expect(regionsWithin('330100')).not.toContain('330782')
    expect(regionsWithin('330106')).toEqual(['330106'])
    expect(regionsWithin('000000')).toContain('110000')
  })

  it('goes up and down by one level', () => {
    expect(['330106', '330100', '330000', everywhere].map(parentOf)).toEqual(['330100', '330000', everywhere, null])
    expect(childrenOf('330700')).toContain('330782')
    expect(childrenOf('330106')).toEqual([])
    expect(childrenOf(everywhere)).toHaveLength(34)
  })

  it('has short names of provinces, all different, for where there is little room', () => {
    expect(shortRegionName('450000', true)).toBe('广西')
    for (const chinese of [true, false]) {
      const short = childrenOf(everywhere).map(code => shortRegionName(code, chinese))
      expect(new Set(short).size).toBe(34)
      for (const name of short) expect(name.length).toBeLessThanOrEqual(3)
    }
  })

  it('shows an unknown code as it is', () => {
    expect(regionName('999999', true)).toBe('999999')
    expect(regionName('330106', true)).toBe('西湖区')
  })

  it('knows province, city and county apart', () => {
    expect(['330000', '330100', '330106'].map(regionDepth)).toEqual([0, 1, 2])
    expect(['000000', '330000', '330100', '330106'].map(subtreePrefix)).toEqual(['', '33', '3301', '330106'])
  })
})
