import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'
import { answer, prescriptions } from '@/api/client'
import { serverNow } from '@/api/fetch'
import { useResource, type Resource } from '@/blocks/resource'

/** One prescription that waits, as the service's review queue tells it. */
export interface ReviewItem {
  id: string
  hisNumber: string
  revision: number
  urgent: boolean
  receivedAt: string
  dueAt?: string | null
  severity: string
  findings: number
  patient: string
  sex: string
  ageYears?: number | null
  department: string
  prescriber: string
  syndromeName: string
  lines: number
  doses: number
  awaiting: string
  returnedReason?: string | null
  answer?: string | null
  answeredAt?: string | null
  claim?: { name: string; since?: string; until: string; mine: boolean } | null
}

/** Asked again so often while the page is seen, in milliseconds. */
const often = 4_000

export interface Queue {
  readonly all: ComputedRef<readonly ReviewItem[]>
  readonly resource: Resource<readonly ReviewItem[]>
  /** The services' time, counted on every second or so: waiting times follow it. */
  readonly now: Readonly<Ref<number>>
  /** How many came since `seen` was last called. */
  readonly arrived: Readonly<Ref<number>>
  seen(): void
}

/** The queue, urgent first and then the longest waiting, kept fresh while the page is seen. */
export function useQueue(): Queue {
  const now = ref(serverNow())
  const arrived = ref(0)
  let before: Set<string> | null = null
  const resource = useResource(async signal => {
    const asked = prescriptions.GET('/api/prescriptions/review-queue', { params: { query: { awaiting: 'all', limit: 200 } }, signal })
    return ((await answer(asked)) as unknown as { items: ReviewItem[] }).items as readonly ReviewItem[]
  })
  watch(resource.data, items => {
    if (!items) return
    if (before) arrived.value += items.filter(item => !before!.has(item.id)).length
    before = new Set(items.map(item => item.id))
  })
  const ask = () => {
    if (document.visibilityState === 'visible' && !resource.loading.value) void resource.reload()
  }
  const asking = setInterval(ask, often)
  const clock = setInterval(() => (now.value = serverNow()), 1_000)
  document.addEventListener('visibilitychange', ask)
  onScopeDispose(() => {
    clearInterval(asking)
    clearInterval(clock)
    document.removeEventListener('visibilitychange', ask)
  })
  return { all: computed(() => resource.data.value ?? []), resource, now, arrived, seen: () => (arrived.value = 0) }
}

export type Wait = { key: 'wait.now' | 'wait.minutes' | 'wait.hours' | 'wait.days'; values: Record<string, number>; tone: 'calm' | 'long' | 'tooLong' }

/** How long something waits, and whether that is long: over fifteen minutes, over half an hour; for an urgent one a third of it. */
export function waitOf(item: Pick<ReviewItem, 'receivedAt' | 'urgent'>, now: number): Wait {
  const minutes = Math.max(0, Math.floor((now - Date.parse(item.receivedAt)) / 60_000))
  const weight = item.urgent ? minutes * 3 : minutes
  const tone = weight >= 30 ? 'tooLong' : weight >= 15 ? 'long' : 'calm'
  if (minutes < 1) return { key: 'wait.now', values: {}, tone }
  if (minutes < 60) return { key: 'wait.minutes', values: { n: minutes }, tone }
  if (minutes < 1440) return { key: 'wait.hours', values: { n: Math.floor(minutes / 60), m: minutes % 60 }, tone }
  return { key: 'wait.days', values: { n: Math.floor(minutes / 1440), m: Math.floor((minutes % 1440) / 60) }, tone }
}

/** What to go on with after `done`: the next below it that nobody else has, else the first such. */
export function nextAfter(items: readonly ReviewItem[], done: string | null): ReviewItem | null {
  const free = (item: ReviewItem) => item.id !== done && item.awaiting !== 'prescriber' && !(item.claim && !item.claim.mine)
  const at = items.findIndex(item => item.id === done)
  return items.slice(at + 1).find(free) ?? items.find(free) ?? null
}
