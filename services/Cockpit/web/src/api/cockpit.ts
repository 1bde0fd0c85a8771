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
  /** Shares from 0 to 1; null where there is nothing to share. */
  rates?: Record<string, Rate>
  /** Durations in seconds. */
  times?: Record<string, Times>
}

export interface Rate {
  part: number
  whole: number
  value: number | null
}

export interface Times {
  count: number
  mean: number | null
  p50: number | null
  p95: number | null
}

export interface Rankings {
  day: string
  herbs: { piece: string; count: number; milligrams: number }[]
  syndromes: { syndrome: string; count: number; doses: number }[]
  institutions: { institution: Place; count: number; doses: number }[]
  formulas?: { formula: string; count: number }[]
  departments?: { department: string; count: number; doses: number }[]
  centres?: { institution: Place; count: number; doses: number }[]
}

/** A metric's hours of a day beside those of the same weekday a week before. */
export interface Curve {
  metric: string
  day: string
  hours: number[]
  before: { day: string; hours: number[] }
}

/** A number of a place; of a rate also what it is made of. */
export interface Valued {
  value: number | null
  part?: number
  whole?: number
}

/** A measure by the regions below one, and by the institutions within it. What has nothing is absent. */
export interface RegionValues {
  metric: string
  day: string
  region?: string | null
  children: (Valued & { code: string })[]
  institutions: (Valued & { institution: Place; region?: string })[]
}

/** Prescriptions routed on a day: from whom, to whom, and where to. */
export interface Flows {
  day: string
  institutionToCentre: { from: Place; to: Place; count: number }[]
  centreToDistrict: { from: Place; to: string; count: number }[]
}

export interface AlarmPage {
  items: TickerEvent[]
  next?: string | number | null
}

/** What is behind a number. */
export interface RecordPage {
  metric: string
  total: number
  items: RecordItem[]
  next?: string | null
}

export interface RecordItem {
  /** Of the event in the stream; absent for what stands somewhere now. */
  position?: number | null
  type?: string | null
  id: string
  occurredAt: string
  institution?: Place | null
  region?: string | null
  centre?: Place | null
  reference?: string | null
  value?: number | null
  links?: { prescription?: string | null; trace?: string | null }
}

export type Light = 'green' | 'amber' | 'red' | 'grey'

export interface Indicator {
  plan: string
  seq: number
  groupZh: string
  nameZh: string
  nameEn: string
  unit: string
  kind: string
  direction: string
  region: string
  value: number | null
  source: 'computed' | 'reported' | 'summed' | null
  asOf: string | null
  reason: { code: string; zh: string; en: string } | null
  target: { year: number; min: number | null; max: number | null } | null
  attainment: number | null
  light: Light
  forecast: { status: string; at: string | null; value: number | null; reaches: 'yes' | 'no' | 'unclear' | null } | null
  spark: { date: string; value: number }[]
}

export interface IndicatorWall {
  region: string
  date: string
  lights: Record<Light, number>
  plans: { code: string; nameZh: string; nameEn: string; regionCode: string; targetYear: number; lights: Record<Light, number> }[]
  items: Indicator[]
}

/** Where institutions are and how many people work where (资源一张图). */
export interface Resources {
  region: string
  kinds: { kind: string; count: number; located: number }[]
  points: ResourcePoint[]
  people: CountyPeople[]
}

export interface CountyPeople {
  regionCode: string
  nameZh: string
  nameEn: string
  longitude: number | null
  latitude: number | null
  population: number | null
  /** Those of TCM with them. */
  physicians: number
  tcmPhysicians: number
  pharmacists: number
  others: number
}

export interface ResourcePoint {
  code: string
  nameZh: string
  nameEn: string
  kind: string
  level?: string | null
  regionCode: string
  longitude: number
  latitude: number
  beds?: number | null
  practitioners?: number | null
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
  /** 1 a notice, 2 something wrong, 3 grave; absent when it is no alarm. */
  alarm?: number
}

export interface EventPage {
  items: TickerEvent[]
  position: number
  /** Where the stream goes on: the position with the numbering that it is of. */
  resume: string
}
