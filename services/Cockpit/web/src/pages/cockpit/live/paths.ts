import type { Flows } from '@/api/cockpit'

/** 机构 → 中药房 → 区县 as ribbons: three columns of bars, each as high as what passes through it. */

export interface PathNode {
  key: string
  column: 0 | 1 | 2
  code: string
  /** What stands for those that are too small to be shown one by one. */
  others: number
  count: number
  y: number
  height: number
}

export interface PathRibbon {
  key: string
  from: PathNode
  to: PathNode
  count: number
  y0: number
  y1: number
  height: number
}

const otherKey = 'others'

function keep(totals: Map<string, number>, most: number): { shown: [string, number][]; rest: string[] } {
  const sorted = [...totals].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  if (sorted.length <= most) return { shown: sorted, rest: [] }
  return { shown: sorted.slice(0, most - 1), rest: sorted.slice(most - 1).map(([code]) => code) }
}

/**
 * Ribbons in a box of the given height. The two halves are counted apart (a prescription that is still being packed has no district yet), so a
 * centre is as high as the larger of them.
 */
export function ribbons(flows: Flows, height: number, gap: number, most: number): { nodes: PathNode[]; ribbons: PathRibbon[] } {
  const into = flows.institutionToCentre.map(f => ({ from: f.from.code, to: f.to.code, count: f.count }))
  const out = flows.centreToDistrict.map(f => ({ from: f.from.code, to: f.to, count: f.count }))
  const sum = (list: readonly { count: number }[]) => list.reduce((total, f) => total + f.count, 0)
  const totals = (pairs: readonly (readonly [string, number])[]) => {
    const map = new Map<string, number>()
    for (const [code, count] of pairs) map.set(code, (map.get(code) ?? 0) + count)
    return map
  }
  const centreIn = totals(into.map(f => [f.to, f.count] as const))
  const centreOut = totals(out.map(f => [f.from, f.count] as const))
  const centres = new Map([...new Set([...centreIn.keys(), ...centreOut.keys()])].map(code => [code, Math.max(centreIn.get(code) ?? 0, centreOut.get(code) ?? 0)]))
  const columns = [totals(into.map(f => [f.from, f.count] as const)), centres, totals(out.map(f => [f.to, f.count] as const))].map(t => keep(t, most))
  const whole = Math.max(1, sum(into), sum(out), sum([...centres.values()].map(count => ({ count }))))
  const longest = Math.max(...columns.map(c => c.shown.length + (c.rest.length > 0 ? 1 : 0)))
  const scale = Math.max(0, height - gap * (longest - 1)) / whole

  const nodes: PathNode[] = []
  const place = new Map<string, PathNode>()
  columns.forEach((column, i) => {
    const rest = i === 0 ? into : out
    const entries: [string, number, number][] = column.shown.map(([code, count]) => [code, count, 0])
    if (column.rest.length > 0) {
      const of = new Set(column.rest)
      const count = i === 1 ? column.rest.reduce((total, code) => total + centres.get(code)!, 0) : sum(rest.filter(f => of.has(i === 0 ? f.from : f.to)))
      entries.push([otherKey, count, column.rest.length])
    }
    const used = entries.reduce((total, [, count]) => total + count * scale, 0) + gap * (entries.length - 1)
    let y = (height - used) / 2
    for (const [code, count, others] of entries) {
      const node: PathNode = { key: `${i}:${code}`, column: i as 0 | 1 | 2, code, others, count, y, height: Math.max(1, count * scale) }
      nodes.push(node)
      place.set(node.key, node)
      y += count * scale + gap
    }
    for (const code of column.rest) place.set(`${i}:${code}`, place.get(`${i}:${otherKey}`)!)
  })

  const list = new Map<string, PathRibbon>()
  const join = (left: 0 | 1, flowsOf: typeof into) => {
    for (const f of flowsOf) {
      const [from, to] = [place.get(`${left}:${f.from}`)!, place.get(`${left + 1}:${f.to}`)!]
      const key = `${from.key}>${to.key}`
      const there = list.get(key)
      if (there) there.count += f.count
      else list.set(key, { key, from, to, count: f.count, y0: 0, y1: 0, height: 0 })
    }
  }
  join(0, into)
  join(1, out)
  const order = (node: PathNode) => nodes.indexOf(node)
  const sorted = [...list.values()].sort((a, b) => order(a.from) - order(b.from) || order(a.to) - order(b.to))
  const leaves = new Map<string, number>()
  const enters = new Map<string, number>()
  for (const r of sorted) {
    r.height = r.count * scale
    r.y0 = r.from.y + (leaves.get(r.from.key) ?? 0)
    leaves.set(r.from.key, (leaves.get(r.from.key) ?? 0) + r.height)
  }
  for (const r of [...sorted].sort((a, b) => order(a.to) - order(b.to) || order(a.from) - order(b.from))) {
    r.y1 = r.to.y + (enters.get(r.to.key) ?? 0)
    enters.set(r.to.key, (enters.get(r.to.key) ?? 0) + r.height)
  }
  return { nodes, ribbons: sorted }
}
