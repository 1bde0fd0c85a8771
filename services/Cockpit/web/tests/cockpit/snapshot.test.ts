import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { useSnapshot, type Snapshot } from '@/pages/cockpit/live/snapshot'

describe('a snapshot beside the stream', () => {
  let scope: EffectScope
  const answers: (() => Response)[] = []
  const asked = vi.fn()
  const pulse = ref(0)
  const address = ref<string | null>('/api/cockpit/flows')
  let snapshot: Snapshot<{ n: number }>

  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('fetch', (request: Request) => {
      asked(new URL(request.url).pathname)
      return Promise.resolve((answers.shift() ?? (() => Response.json({ n: asked.mock.calls.length })))())
    })
    pulse.value = 0
    address.value = '/api/cockpit/flows'
    scope = effectScope()
    snapshot = scope.run(() => useSnapshot<{ n: number }>(() => address.value, () => pulse.value, { every: 3000, atLeast: 60_000 }))!
  })
  afterEach(() => {
    scope.stop()
    answers.length = 0
    asked.mockClear()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is read at once, and however much happens, no more than every three seconds', async () => {
    await vi.advanceTimersByTimeAsync(10)
    expect(snapshot.data.value).toEqual({ n: 1 })
    for (let i = 1; i <= 20; i++) {
      pulse.value = i
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(asked).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1500)
    expect(asked).toHaveBeenCalledTimes(2)
    expect(snapshot.data.value).toEqual({ n: 2 })
  })

  it('keeps what it has when it cannot be read again, and says since when', async () => {
    await vi.advanceTimersByTimeAsync(10)
    const since = snapshot.asOf.value
    answers.push(() => Response.json({ code: 'GEN-0009' }, { status: 500 }))
    await vi.advanceTimersByTimeAsync(61_000)
    expect(snapshot.error.value).not.toBeNull()
    expect(snapshot.data.value).toEqual({ n: 1 })
    expect(snapshot.asOf.value).toBe(since)
  })

  it('shows nothing of another address, and asks nobody who has no part in it again', async () => {
    await vi.advanceTimersByTimeAsync(10)
    answers.push(() => Response.json({ code: 'GEN-0003' }, { status: 403 }))
    address.value = '/api/cockpit/indicators'
    await vi.advanceTimersByTimeAsync(10)
    expect(snapshot.data.value).toBeNull()
    expect(snapshot.barred.value).toBe(true)
    const times = asked.mock.calls.length
    pulse.value++
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked).toHaveBeenCalledTimes(times)
  })
})
