import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryValue } from 'vue-router'
import type { Me } from '@/api/cockpit'
import { parentOf, regionsWithin, subtreePrefix } from '@/regions'

/**
 * Where somebody stands in 区域 → 机构 → 记录. It stands in the address, so the browser's own "back" goes back too, and a place can be sent to
 * somebody else.
 */
export interface Drill {
  /** The region shown; null for somebody of one institution. */
  readonly region: ComputedRef<string | null>
  readonly institution: ComputedRef<string | null>
  /** Which records are open: the query of the service, `metric=received`; null when none are. */
  readonly records: ComputedRef<string | null>
  readonly measure: ComputedRef<string>
  /** True where there is something above. */
  readonly canRise: ComputedRef<boolean>
  toRegion(code: string): void
  toInstitution(code: string): void
  toRecords(query: string): void
  closeRecords(): void
  setMeasure(key: string): void
  up(): void
}

const institutionCode = /^[0-9A-Z]{18}$/

function one(value: LocationQueryValue | LocationQueryValue[] | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

export function useDrill(me: Me): Drill {
  const route = useRoute()
  const router = useRouter()
  const home = me.region ?? null

  const region = computed(() => {
    if (home === null) return null
    const asked = one(route.query.region)
    return asked !== null && /^\d{6}$/.test(asked) && (regionsWithin(home).includes(asked) || asked.startsWith(subtreePrefix(home))) ? asked : home
  })
  const institution = computed(() => {
    const asked = one(route.query.institution)
    return home !== null && asked !== null && institutionCode.test(asked) ? asked : null
  })
  const records = computed(() => one(route.query.records))
  const measure = computed(() => one(route.query.measure) ?? 'received')

  function go(to: { region?: string | null; institution?: string | null; records?: string | null; measure?: string }, replace = false): void {
    const next = { region: region.value, institution: institution.value, records: records.value, measure: measure.value, ...to }
    const query: Record<string, string> = {}
    if (next.region !== null && next.region !== home) query.region = next.region
    if (next.institution !== null) query.institution = next.institution
    if (next.records !== null) query.records = next.records
    if (next.measure !== 'received') query.measure = next.measure
    void router[replace ? 'replace' : 'push']({ path: '/', query })
  }

  const canRise = computed(() => records.value !== null || institution.value !== null || (region.value !== null && region.value !== home))

  return {
    region,
    institution,
    records,
    measure,
    canRise,
    toRegion: code => go({ region: code, institution: null, records: null }),
    toInstitution: code => go({ institution: code, records: null }),
    toRecords: query => go({ records: query }),
    closeRecords: () => go({ records: null }),
    setMeasure: key => go({ measure: key }, true),
    up() {
      if (records.value !== null) return go({ records: null })
      if (institution.value !== null) return go({ institution: null })
      const above = region.value === null || region.value === home ? null : parentOf(region.value)
      if (above !== null) go({ region: above })
    }
  }
}

/** Whether a key is somebody's typing or belongs to something open, and not to the wall. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName) || target.closest('dialog[open]') !== null
}
