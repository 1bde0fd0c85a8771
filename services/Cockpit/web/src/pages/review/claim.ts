import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { answer, prescriptions } from '@/api/client'
import { serverNow } from '@/api/fetch'
import { isRefusal, messageOf } from '@/api/problem'

/** How it stands between this pharmacist and one prescription. */
export type Claim =
  | { kind: 'taking' }
  | { kind: 'mine'; until: number; left: number }
  | { kind: 'lapsed' }
  /** Another pharmacist has it; who, the queue tells. */
  | { kind: 'other' }
  /** It waits for nobody any more. */
  | { kind: 'decided' }
  | { kind: 'failed'; why: string }

const otherHasIt = 'PRX-0214'
const renewWhenLeft = 0.6

/**
 * Takes a prescription in hand (领审) while the component is there and gives it back when it goes. While somebody works it is renewed; it
 * lapses, and is shown as lapsed, when nobody does.
 */
export function useClaim(id: string): { claim: Readonly<Ref<Claim>>; take(): Promise<void>; keep(): void } {
  const claim = ref<Claim>({ kind: 'taking' })
  let span = 0
  let touched = false
  let asking = false
  let kept = false
  let gone = false
  let clock: ReturnType<typeof setInterval> | undefined

  async function take(): Promise<void> {
    if (asking) return
    asking = true
    touched = false
    if (claim.value.kind !== 'mine') claim.value = { kind: 'taking' }
    try {
      const asked = prescriptions.POST('/api/prescriptions/{id}/claim', { params: { path: { id } } })
      const until = Date.parse(((await answer(asked)) as unknown as { claimedUntil: string }).claimedUntil)
      span = until - serverNow()
      claim.value = { kind: 'mine', until, left: span }
      // Left while the answer was under way.
      if (gone) giveBack()
    } catch (e) {
      const code = isRefusal(e, 409) ? e.problem.code ?? e.faults[0]?.code : null
      claim.value = code === otherHasIt ? { kind: 'other' } : code || isRefusal(e, 404) ? { kind: 'decided' } : { kind: 'failed', why: messageOf(e) }
    } finally {
      asking = false
    }
  }

  function giveBack(): void {
    if (kept || claim.value.kind !== 'mine') return
    // Also when the window is being closed: keepalive lets the request outlive the page.
    void prescriptions.POST('/api/prescriptions/{id}/release', { params: { path: { id } }, keepalive: true }).catch(() => undefined)
  }

  function look(): void {
    if (claim.value.kind !== 'mine') return
    const left = claim.value.until - serverNow()
    if (left <= 0) claim.value = { kind: 'lapsed' }
    else {
      claim.value = { ...claim.value, left }
      if (touched && left < span * renewWhenLeft) void take()
    }
  }

  const onTouch = () => (touched = true)
  onMounted(() => {
    void take()
    clock = setInterval(look, 1_000)
    for (const event of ['keydown', 'pointerdown', 'wheel']) addEventListener(event, onTouch, { passive: true })
    addEventListener('pagehide', giveBack)
  })
  onBeforeUnmount(() => {
    clearInterval(clock)
    for (const event of ['keydown', 'pointerdown', 'wheel']) removeEventListener(event, onTouch)
    removeEventListener('pagehide', giveBack)
    gone = true
    giveBack()
  })
  return { claim, take, keep: () => (kept = true) }
}
