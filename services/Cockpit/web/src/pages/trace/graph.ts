import type { paths } from '@/api/generated/traceability'

export type Trace = paths['/api/traceability/trace/{id}']['get']['responses']['200']['content']['application/json']
export type TraceNode = Trace['nodes'][number]
export type TraceEvent = Trace['events'][number]
export type ItemState = paths['/api/traceability/items/{id}']['get']['responses']['200']['content']['application/json']

/** How many things of one level are drawn. */
export const mostAtLevel = 40

/** What people know a thing by: the serial, the lot, the box's number; of others the last part. */
export function shortOf(id: string): string {
  const parts = id.split('/')
  return parts.at(-1) ?? id
}

/** Word of a step without the vocabulary it is written in. */
export function stepWord(step: string | null | undefined): string {
  return (step ?? '').replace(/^.*\//, '').replace(/^(BizStep|bizStep)-/, '')
}

/** What the events say a lot is: the piece that a pharmacy accepted. */
export function piecesOf(trace: Trace): ReadonlyMap<string, string> {
  const pieces = new Map<string, string>()
  for (const entry of trace.events) {
    const event = entry.event as { 'tcm:piece'?: unknown; quantityList?: readonly { epcClass?: string }[] }
    if (typeof event['tcm:piece'] !== 'string') continue
    for (const quantity of event.quantityList ?? []) if (quantity.epcClass) pieces.set(quantity.epcClass, event['tcm:piece'])
  }
  return pieces
}

export interface Placed {
  id: string
  name: string
  x: number
  y: number
  kind: string
  root: boolean
}

/**
 * Places things by level from left (fields) to right (patients), steps between what they join. Of a level too many to be told apart only the
 * first are placed, the start always.
 */
export function place(trace: Trace): { nodes: Placed[]; cut: boolean } {
  const columns = new Map<number, TraceNode[]>()
  let cut = false
  for (const node of trace.nodes) {
    // A step stands half a level before what it made, or after what it used.
    const level = Number(node.level)
    const column = node.kind === 'transformation' ? (level < 0 ? level + 0.5 : level - 0.5) : node.kind === 'container' ? level + 0.22 : level
    const members = columns.get(column) ?? []
    members.push(node)
    columns.set(column, members)
  }
  const nodes: Placed[] = []
  const pieces = piecesOf(trace)
  for (const [column, members] of columns) {
    const shown = members.length > mostAtLevel ? members.filter((node, i) => i < mostAtLevel || node.id === trace.id) : members
    cut ||= shown.length < members.length
    shown.forEach((node, i) =>
      nodes.push({
        id: node.id,
        name: node.kind === 'transformation' ? stepWord(node.bizStep) : (pieces.get(node.id) ?? shortOf(node.id)),
        x: column,
        y: (i + 0.5) / shown.length + (node.kind === 'container' ? 0.04 : 0),
        kind: node.kind,
        root: node.id === trace.id
      })
    )
  }
  return { nodes, cut }
}

/** Events about a thing or a step of the graph, by the graph's own edges and the event's text. */
export function eventsOf(trace: Trace, id: string | null): readonly TraceEvent[] {
  if (id === null) return trace.events
  const leaves = new Set(trace.edges.filter(edge => edge.source === id || edge.target === id).flatMap(edge => edge.events.map(Number)))
  const quoted = JSON.stringify(id)
  return trace.events.filter(event => leaves.has(Number(event.leafIndex)) || JSON.stringify(event.event).includes(quoted))
}

/** An event's field as a text; empty when it has none. */
export function textOf(event: TraceEvent, name: string): string {
  const value = (event.event as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}
