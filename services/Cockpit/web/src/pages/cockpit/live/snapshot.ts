import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { Refusal } from '@/api/problem'
import { ask } from '@/api/fetch'

/** What a panel shows besides the stream: read when the address changes, and again, not too often, when the stream says that numbers moved. */
export interface Snapshot<T> {
  readonly data: Readonly<Ref<T | null>>
  /** Why it could not be read the last time; null when it could. */
  readonly error: Readonly<Ref<unknown>>
  /** When `data` was read. */
  readonly asOf: Readonly<Ref<number | null>>
  /** The service says that this caller has no part in it. */
  readonly barred: Readonly<Ref<boolean>>
}

export interface SnapshotOptions {
  /** Milliseconds between two readings that the stream causes. */
  every?: number
  /** Milliseconds after which it is read though nothing moved. */
  atLeast?: number
}

/**
 * @param address null while there is nothing to ask
 * @param pulse changes when something happened
 */
export function useSnapshot<T>(address: () => string | null, pulse: () => unknown, { every = 3_000, atLeast = 60_000 }: SnapshotOptions = {}): Snapshot<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const asOf = ref<number | null>(null)
  const barred = ref(false)
  let running: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let readAt = 0
  let owed = false

  async function read(): Promise<void> {
    clearTimeout(timer)
    running?.abort()
    const path = address()
    if (path === null) return
    const own = new AbortController()
    running = own
    owed = false
    readAt = Date.now()
    try {
      const response = await ask(new Request(new URL(path, location.origin), { signal: own.signal }))
      const found = (await response.json()) as T
      if (running !== own) return
      data.value = found
      asOf.value = Date.now()
      error.value = null
      barred.value = false
    } catch (e) {
      if (running !== own || own.signal.aborted) return
      error.value = e
      barred.value = e instanceof Refusal && e.status === 403
    }
    if (running !== own) return
    running = null
    // What happened while it was read is read after it.
    wait(owed ? Math.max(0, readAt + every - Date.now()) : atLeast)
  }

  function wait(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void read(), milliseconds)
  }

  watch(address, () => {
    data.value = null
    error.value = null
    barred.value = false
    asOf.value = null
    void read()
  })
  watch(pulse, () => {
    if (barred.value) return
    owed = true
    if (running === null) wait(Math.max(0, readAt + every - Date.now()))
  })
  const again = () => void read()
  addEventListener('online', again)
  onScopeDispose(() => {
    removeEventListener('online', again)
    clearTimeout(timer)
    running?.abort()
    running = null
  })
  void read()
  return { data, error, asOf, barred }
}
