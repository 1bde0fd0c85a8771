import { reactive, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** A column of a table. What it shows comes from `text`, or from the slot `cell-KEY`. */
export interface Column<R> {
  key: string
  title: string
  text?: (row: R) => string | number | null | undefined
  /** The service's name of the order by this column; without, it cannot be sorted by. */
  sort?: string
  /** Numbers stand at the end, under each other. */
  end?: boolean
  /** Left out where there is little room. */
  minor?: boolean
  /** Codes and numbers that are compared by eye. */
  mono?: boolean
}

/** What a table asks for. */
export interface PageAsk {
  /** Where the page begins; null for the first. */
  next: string | null
  limit: number
  /** The order, `name` or `-name`; null for the service's own. */
  sort: string | null
}

/** What a service answers to a list. */
export interface PageOf<R> {
  items: readonly R[]
  next?: string | null
  total?: number | null
}

/**
 * Filters that stand in the address, so that a list can be linked, gone back to and reloaded. Every value is a text, empty when it does not
 * filter. Use with `v-model="filters.kind"`.
 */
export function useFilters<T extends Record<string, string>>(initial: T): T {
  const route = useRoute()
  const router = useRouter()
  const read = (name: string) => {
    const given = route.query[name]
    return typeof given === 'string' ? given : (initial[name] ?? '')
  }
  const filters = reactive(Object.fromEntries(Object.keys(initial).map(name => [name, read(name)]))) as T
  const own = route.path
  watch(filters, now => {
    if (route.path !== own) return
    const query = { ...route.query }
    for (const [name, value] of Object.entries(now as Record<string, string>)) {
      if (value === (initial[name] ?? '')) delete query[name]
      else query[name] = value
    }
    void router.replace({ query })
  })
  watch(
    () => route.query,
    () => {
      if (route.path === own) for (const name of Object.keys(initial)) if (filters[name] !== read(name)) (filters as Record<string, string>)[name] = read(name)
    }
  )
  return filters
}
