import { ask } from './fetch'
import type { EventPage, Me, Summary } from './cockpit'

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await ask(new Request(new URL(path, location.origin), init))
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
}

export function signIn(user: string, password: string): Promise<unknown> {
  return json('/api/institutions/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password })
  })
}

export function signOut(): Promise<void> {
  return json('/api/institutions/session', { method: 'DELETE' })
}

/** A new token for the time to come. */
export function renew(): Promise<{ expiresAt?: string | null }> {
  return json('/api/institutions/session/renew', { method: 'POST' })
}

/** The session as the sign-in's service knows it. */
export interface OwnSession {
  user: string
  name: string
  institutionCode: string
  regionCode: string
  roles: string[]
  expiresAt: string | null
  /** From then on the password must be given again, however often it was renewed. */
  endsAt?: string | null
  mustChangePassword?: boolean
}

export function ownSession(): Promise<OwnSession> {
  return json('/api/institutions/session')
}

export function me(): Promise<Me> {
  return json('/api/cockpit/me')
}

/** Whose events: a query of the service such as `region=330100` or `institution=…`; empty for the caller's own. */
export function lastEvents(scope: string, limit: number): Promise<EventPage> {
  return json(`/api/cockpit/events?limit=${limit}${scope && `&${scope}`}`)
}

export function streamAddress(scope: string, after: string): string {
  return `/api/cockpit/stream?after=${after}${scope && `&${scope}`}`
}

/** Today's numbers of one institution, where the caller may see them. */
export async function institutionSummary(code: string, signal: AbortSignal): Promise<Summary> {
  return json(`/api/cockpit/summary?institution=${code}`, { signal })
}
