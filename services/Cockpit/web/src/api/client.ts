import type { EventPage, Me, Problem } from './types'

/** The service answered, but not with what was asked for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem
  ) {
    super(`${status} ${problem.code ?? ''}`)
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, { credentials: 'same-origin', ...init, headers: { accept: 'application/json', ...init?.headers } })
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}))
    throw new Refusal(response.status, problem as Problem)
  }
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
}

export function signIn(user: string, password: string): Promise<unknown> {
  return ask('/api/institutions/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password })
  })
}

export function signOut(): Promise<void> {
  return ask('/api/institutions/session', { method: 'DELETE' })
}

export function me(): Promise<Me> {
  return ask('/api/cockpit/me')
}

export function lastEvents(region: string | null, limit: number): Promise<EventPage> {
  return ask(`/api/cockpit/events?limit=${limit}${region ? `&region=${region}` : ''}`)
}

export function streamAddress(region: string | null, after: number): string {
  return `/api/cockpit/stream?after=${after}${region ? `&region=${region}` : ''}`
}
