/** What the cockpit's service answers; see CockpitEndpoints.cs. */

export interface Place {
  code: string
  zh?: string
  en?: string
}

export interface Me {
  subject: string
  name: string
  institution?: Place
  homeRegion: string
  roles: string[]
  /** The region whose numbers are shown when none is asked for; absent when an institution is shown. */
  region?: string
  today: string
  /** When the token ends; absent when it does not say. */
  expiresAt?: string
}

export interface Summary {
  scope: { kind: 'region' | 'institution' | 'centre'; code: string; zh?: string; en?: string }
  day: string
  asOf: number
  source: 'redis' | 'postgres'
  totals: Record<string, number>
  hours: Record<string, number[]>
  standing: Record<string, number>
}

export interface Rankings {
  day: string
  herbs: { piece: string; count: number; milligrams: number }[]
  syndromes: { syndrome: string; count: number; doses: number }[]
  institutions: { institution: Place; count: number; doses: number }[]
}

export interface TickerEvent {
  id: number
  type: string
  aggregateId: string
  occurredAt: string
  institution?: Place
  region?: string
  centre?: Place
  reference?: string
  detail?: string
  topic?: string
  amount?: number
  quantity?: number
  items?: number
  flag: boolean
}

export interface EventPage {
  items: TickerEvent[]
  position: number
}
