import { onScopeDispose, ref, shallowRef } from 'vue'
import { answer, decoction } from '@/api/client'
import type { Board } from './model'

const again = 1_500

/**
 * The board as it is: asked for again as soon as it was answered; the service answers when something has changed. `now` goes on by the
 * platform's clock, whatever this machine's says.
 */
export function useBoard() {
  const board = shallowRef<Board | null>(null)
  const error = shallowRef<unknown>(null)
  const now = ref(Date.now())
  const ending = new AbortController()
  let ahead = 0
  let hurry: (() => void) | null = null

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        const since = error.value === null ? board.value?.version : undefined
        const found = await answer(decoction.GET('/api/decoction/board', { params: { query: { since } }, signal: ending.signal }))
        ahead = new Date(found.now).getTime() - Date.now()
        board.value = found
        error.value = null
      } catch (e) {
        if (ending.signal.aborted) return
        error.value = e
        await new Promise<void>(resolve => {
          hurry = resolve
          setTimeout(resolve, again)
        })
      }
    }
  }

  const clock = setInterval(() => (now.value = Date.now() + ahead), 1_000)
  onScopeDispose(() => {
    clearInterval(clock)
    ending.abort()
    hurry?.()
  })
  void run()
  return { board, error, now }
}
