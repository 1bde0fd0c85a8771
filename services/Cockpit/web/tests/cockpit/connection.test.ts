import { describe, expect, it } from 'vitest'
import { connectionOf, patience, pauseBefore, silence } from '@/pages/cockpit/live/connection'

const base = { transport: 'open' as const, attempts: 0, online: true, heardAt: 1000, following: true, now: 2000 }

describe('connection state', () => {
  it('is live only while the service has spoken lately', () => {
    expect(connectionOf(base).kind).toBe('live')
    expect(connectionOf({ ...base, now: 1000 + silence }).kind).toBe('live')
    expect(connectionOf({ ...base, now: 1001 + silence })).toEqual({ kind: 'stale', asOf: 1000 })
  })

  it('is stale when the service cannot follow its own database', () => {
    expect(connectionOf({ ...base, following: false })).toEqual({ kind: 'stale', asOf: 1000 })
  })

  it('is offline without a network, however open the stream seems', () => {
    expect(connectionOf({ ...base, online: false })).toEqual({ kind: 'offline', asOf: 1000 })
  })

  it('is reconnecting after a break and offline after trying in vain', () => {
    expect(connectionOf({ ...base, transport: 'waiting', attempts: 1 }).kind).toBe('reconnecting')
    expect(connectionOf({ ...base, transport: 'connecting', attempts: 1 }).kind).toBe('reconnecting')
    expect(connectionOf({ ...base, transport: 'waiting', attempts: patience }).kind).toBe('offline')
  })

  it('is connecting at first', () => {
    expect(connectionOf({ ...base, transport: 'connecting', heardAt: null })).toEqual({ kind: 'connecting', asOf: null })
    expect(connectionOf({ ...base, transport: 'waiting', attempts: 1, heardAt: null }).kind).toBe('reconnecting')
  })

  it('pauses longer each time, up to ten seconds, never two alike', () => {
    expect(pauseBefore(0, 1)).toBe(500)
    expect(pauseBefore(0, 0)).toBe(250)
    expect(pauseBefore(3, 1)).toBe(4000)
    expect(pauseBefore(30, 1)).toBe(10_000)
  })
})
