import { Refusal, Unreachable, type Problem } from './problem'

/** Statuses that say "not now": only a question, never a change, is asked again. */
const passing = new Set([502, 503, 504])
const attempts = 3
const longestWait = 3_000

let offset = 0

/** The services' time in milliseconds, as their answers give it: a workstation's clock may be wrong. */
export function serverNow(): number {
  return Date.now() + offset
}

/**
 * An answer tells the full second in which it was given, at some time since it was asked for. What is known of the clocks is only moved as
 * far as that demands: an answer that took its time makes nothing earlier than it is.
 */
function hear(date: number, askedAt: number): void {
  offset = Math.min(Math.max(offset, date - Date.now()), date + 999 - askedAt)
}

let whenSignedOut: () => void = () => undefined

/** Called whenever a service no longer knows the caller. */
export function onSignedOut(then: () => void): void {
  whenSignedOut = then
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason as Error)), { once: true })
  })
}

function waitAsked(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/**
 * Fetches within this origin. The session's cookie is HttpOnly and SameSite=Strict; the extra header makes a change that another site could
 * forge with a form impossible even where that is not honoured. Throws Refusal or Unreachable; an answer that comes back is a good one.
 */
export async function ask(request: Request): Promise<Response> {
  const sent = new Request(request, { credentials: 'same-origin' })
  if (!sent.headers.has('accept')) sent.headers.set('accept', 'application/json')
  sent.headers.set('x-requested-with', 'tcmbrain-web')
  const question = sent.method === 'GET' || sent.method === 'HEAD'
  for (let attempt = 1; ; attempt++) {
    const last = !question || attempt === attempts
    let response: Response
    const askedAt = Date.now()
    try {
      response = await fetch(last ? sent : sent.clone())
    } catch (error) {
      if (sent.signal.aborted || (error as Error).name === 'AbortError') throw error
      if (last) throw new Unreachable((error as Error).message)
      await pause(200 * 2 ** attempt * (0.5 + Math.random() / 2), sent.signal)
      continue
    }
    const date = Date.parse(response.headers.get('date') ?? '')
    if (Number.isFinite(date)) hear(date, askedAt)
    if (response.ok || response.status === 304) return response
    const wait = waitAsked(response)
    if (!last && passing.has(response.status) && (wait ?? 0) * 1000 <= longestWait) {
      await pause(wait ? wait * 1000 : 200 * 2 ** attempt, sent.signal)
      continue
    }
    const problem = (await response.json().catch(() => ({}))) as Problem
    if (response.status === 401) whenSignedOut()
    throw new Refusal(response.status, problem, wait)
  }
}
