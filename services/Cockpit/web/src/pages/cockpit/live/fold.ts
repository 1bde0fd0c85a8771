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
  /** Up to where everything has been told. */
  position: number
  /** Where to go on from after an interruption: the id of the last message, which names the numbering too. */
  resume: string
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
  resume: '',
  skipped: 0,
  heardAt: null,
  following: true
}

/** The first page, read before the stream is opened at its position. */
export function begin(page: EventPage): LiveState {
  return { ...nothing, events: newestFirst(page.items), position: page.position, resume: page.resume }
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
      return { ...heard, events: [...newestFirst(fresh), ...state.events].slice(0, kept), ...placeAfter(state, message, ...fresh.map(e => e.id)) }
    }
    case 'counters':
      return { ...heard, summary: data as Summary }
    case 'rankings':
      return { ...heard, rankings: data as Rankings }
    case 'flows':
      return { ...heard, flows: data as Flows }
    case 'skipped': {
      const { from, to } = data as { from: number; to: number }
      return { ...heard, skipped: state.skipped + to - from + 1, ...placeAfter(state, message, to) }
    }
    case 'beat': {
      const beat = data as { position: number; following: boolean }
      return { ...heard, following: beat.following, ...placeAfter(state, message, beat.position) }
    }
    default:
      return heard
  }
}

function newestFirst(events: readonly TickerEvent[]): TickerEvent[] {
  return [...events].sort((a, b) => b.id - a.id).slice(0, kept)
}

/** Never an earlier place than before. */
function placeAfter(state: LiveState, message: StreamMessage, ...told: number[]): Pick<LiveState, 'position' | 'resume'> {
  const position = Math.max(state.position, idOf(message), ...told)
  return { position, resume: idOf(message) === position ? message.id : state.resume }
}

function idOf(message: StreamMessage): number {
  const id = Number.parseInt(message.id, 10)
  return Number.isSafeInteger(id) ? id : 0
}
