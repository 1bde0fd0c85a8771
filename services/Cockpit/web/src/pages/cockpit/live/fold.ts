import type { EventPage, Flows, Rankings, Summary, TickerEvent } from '@/api/cockpit'

/** Events the page keeps: more than any screen shows. */
export const kept = 80

/** Everything the page knows from the stream. Values are replaced, never changed. */
export interface LiveState {
  summary: Summary | null
  rankings: Rankings | null
  flows: Flows | null
  /** Newest first. */
  events: TickerEvent[]
  /** Where to go on from after an interruption. */
  position: number
  /** Events that the service left out because the page was too far behind. */
  skipped: number
  /** When the service last said anything, in milliseconds; null before it ever did. */
  heardAt: number | null
  /** False while the service itself waits for its database. */
  following: boolean
}

export interface StreamMessage {
  name: string
  data: string
  /** Id of the message; empty when it has none. */
  id: string
}

export const nothing: LiveState = {
  summary: null,
  rankings: null,
  flows: null,
  events: [],
  position: 0,
  skipped: 0,
  heardAt: null,
  following: true
}

/** The first page, read before the stream is opened at its position. */
export function begin(page: EventPage): LiveState {
  return { ...nothing, events: newestFirst(page.items), position: page.position }
}

/**
 * Takes a message in. An event that is there already is not taken twice; a message that is no JSON or of an unknown name changes nothing
 * but the time.
 */
export function fold(state: LiveState, message: StreamMessage, now: number): LiveState {
  const heard = { ...state, heardAt: now }
  let data: unknown
  try {
    data = JSON.parse(message.data)
  } catch {
    return heard
  }

  switch (message.name) {
    case 'facts': {
      const fresh = (data as TickerEvent[]).filter(e => e.id > state.position)
      const position = Math.max(state.position, idOf(message), ...fresh.map(e => e.id))
      return { ...heard, events: [...newestFirst(fresh), ...state.events].slice(0, kept), position }
    }
    case 'counters':
      return { ...heard, summary: data as Summary }
    case 'rankings':
      return { ...heard, rankings: data as Rankings }
    case 'flows':
      return { ...heard, flows: data as Flows }
    case 'skipped': {
      const { from, to } = data as { from: number; to: number }
      return { ...heard, skipped: state.skipped + to - from + 1, position: Math.max(state.position, to) }
    }
    case 'beat': {
      const beat = data as { position: number; following: boolean }
      return { ...heard, following: beat.following, position: Math.max(state.position, beat.position) }
    }
    default:
      return heard
  }
}

function newestFirst(events: readonly TickerEvent[]): TickerEvent[] {
  return [...events].sort((a, b) => b.id - a.id).slice(0, kept)
}

function idOf(message: StreamMessage): number {
  const id = Number(message.id)
  return message.id !== '' && Number.isSafeInteger(id) ? id : 0
}
