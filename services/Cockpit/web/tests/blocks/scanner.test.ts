import { describe, expect, it } from 'vitest'
import { scannerKeys } from '@/blocks/scanner'

function type(keys: ReturnType<typeof scannerKeys>, text: string, every: number, from = 0): string | null {
  let at = from
  for (const key of text) keys.key(key, (at += every))
  return keys.key('Enter', at + every)
}

describe('a scanner', () => {
  it('is told by its speed', () => {
    expect(type(scannerKeys(), '6901234567892', 12)).toBe('6901234567892')
  })

  it('is not somebody who types', () => {
    expect(type(scannerKeys(), '6901234567892', 120)).toBeNull()
  })

  it('is not two keys pressed at once', () => {
    expect(type(scannerKeys(), 'ab', 10)).toBeNull()
  })

  it('begins anew after a pause, and after each code', () => {
    const keys = scannerKeys()
    keys.key('x', 0)
    expect(type(keys, 'LOT-0001', 10, 1_000)).toBe('LOT-0001')
    expect(type(keys, 'LOT-0002', 10, 2_000)).toBe('LOT-0002')
  })

  it('may send keys that are no characters between', () => {
    const keys = scannerKeys()
    let at = 0
    for (const key of ['Shift', 'A', 'b', 'Shift', 'C', '1']) keys.key(key, (at += 8))
    expect(keys.key('Enter', at + 8)).toBe('AbC1')
  })
})
