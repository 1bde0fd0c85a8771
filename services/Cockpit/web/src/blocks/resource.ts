import { onScopeDispose, ref, shallowRef, watch, type Ref, type WatchSource } from 'vue'
import { Refusal } from '@/api/problem'

/** Something read from a service, with how it went: what is shown stays while it is read again, and is called stale when that fails. */
export interface Resource<T> {
  readonly data: Readonly<Ref<T | null>>
  /** Why the last reading failed; null when it did not. */
  readonly error: Readonly<Ref<unknown>>
  readonly loading: Readonly<Ref<boolean>>
  /** When `data` was read, as a local time stamp. */
  readonly asOf: Readonly<Ref<number | null>>
  /** Nothing to show and none will come: the service says there is no such thing. */
  readonly gone: Readonly<Ref<boolean>>
  reload(): Promise<void>
  /** Puts in place what a change answered, without reading again. */
  put(value: T): void
}

/**
 * Reads now, whenever `again` changes, and when the connection is back. A reading that has been overtaken is dropped.
 * @param read is given a signal that ends it
 */
export function useResource<T>(read: (signal: AbortSignal) => Promise<T>, again?: WatchSource | WatchSource[]): Resource<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  const asOf = ref<number | null>(null)
  const gone = ref(false)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const own = new AbortController()
    running = own
    loading.value = true
    try {
      const found = await read(own.signal)
      if (running !== own) return
      take(found)
    } catch (e) {
      if (running !== own || own.signal.aborted) return
      error.value = e
      gone.value = e instanceof Refusal && e.status === 404
      if (gone.value) data.value = null
    } finally {
      if (running === own) loading.value = false
    }
  }

  /** A reading that is under way may have been answered before the change was: it is dropped. */
  function put(value: T): void {
    running?.abort()
    running = null
    loading.value = false
    take(value)
  }

  function take(value: T): void {
    data.value = value
    asOf.value = Date.now()
    error.value = null
    gone.value = false
  }

  function retry(): void {
    if (error.value !== null) void reload()
  }

  if (again) watch(again, () => void reload())
  addEventListener('online', retry)
  onScopeDispose(() => {
    removeEventListener('online', retry)
    running?.abort()
    running = null
  })
  void reload()
  return { data, error, loading, asOf, gone, reload, put }
}
