/** What the page honestly knows about how fresh it is. */

export type Transport = 'connecting' | 'open' | 'waiting'

export type ConnectionKind = 'connecting' | 'live' | 'stale' | 'reconnecting' | 'offline'

export interface Connection {
  kind: ConnectionKind
  /** The time up to which the page has data; null when there never were any. */
  asOf: number | null
}

/** The service beats every ten seconds; two beats missed and a little more is silence. */
export const silence = 25_000

/** Attempts in vain after which "reconnecting" would be a nice word for "offline". */
export const patience = 4

export function connectionOf(input: {
  transport: Transport
  attempts: number
  online: boolean
  heardAt: number | null
  following: boolean
  now: number
}): Connection {
  const { transport, attempts, online, heardAt, following, now } = input
  if (!online) return { kind: 'offline', asOf: heardAt }
  if (transport === 'open' && heardAt !== null) {
    return { kind: following && now - heardAt <= silence ? 'live' : 'stale', asOf: heardAt }
  }
  if (attempts >= patience) return { kind: 'offline', asOf: heardAt }
  return { kind: heardAt === null && attempts === 0 ? 'connecting' : 'reconnecting', asOf: heardAt }
}

/** Pause before an attempt, in milliseconds: doubling from half a second to ten, cut at random so that screens do not come back in step. */
export function pauseBefore(attempt: number, random: number): number {
  return Math.min(10_000, 500 * 2 ** Math.min(attempt, 10)) * (0.5 + random / 2)
}
