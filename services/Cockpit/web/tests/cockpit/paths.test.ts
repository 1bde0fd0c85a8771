import { describe, expect, it } from 'vitest'
import type { Flows } from '@/api/cockpit'
import { ribbons } from '@/pages/cockpit/live/paths'

const place = (code: string) => ({ code })
const flows: Flows = {
  day: '2026-11-22',
  institutionToCentre: Array.from({ length: 9 }, (_, i) => ({ from: place(`h${i}`), to: place(i % 2 ? 'c1' : 'c0'), count: 10 * (i + 1) })),
  centreToDistrict: [
    { from: place('c0'), to: '330106', count: 200 },
    { from: place('c1'), to: '330106', count: 100 },
    { from: place('c1'), to: '330105', count: 50 }
  ]
}

describe('paths', () => {
  const { nodes, ribbons: list } = ribbons(flows, 300, 4, 5)

  it('lose no prescription when the small ones are put together', () => {
    const sum = (column: number) => list.filter(r => r.from.column === column).reduce((total, r) => total + r.count, 0)
    expect(sum(0)).toBe(450)
    expect(sum(1)).toBe(350)
    const first = nodes.filter(node => node.column === 0)
    expect(first).toHaveLength(5)
    expect(first.at(-1)).toMatchObject({ others: 5, count: 150 })
  })

  it('stay within their box and within their bars', () => {
    for (const node of nodes) {
      expect(node.y).toBeGreaterThanOrEqual(-1e-6)
      expect(node.y + node.height).toBeLessThanOrEqual(300 + 1e-6)
    }
    for (const r of list) {
      expect(r.y0 + r.height).toBeLessThanOrEqual(r.from.y + r.from.height + 1e-6)
      expect(r.y1 + r.height).toBeLessThanOrEqual(r.to.y + r.to.height + 1e-6)
    }
  })

  it('are nothing where nothing was routed', () => {
    expect(ribbons({ day: '', institutionToCentre: [], centreToDistrict: [] }, 300, 4, 5)).toEqual({ nodes: [], ribbons: [] })
  })
})
