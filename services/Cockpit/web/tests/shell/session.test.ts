import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { endsSoon, ended, load, look, mustChangePassword, notice, onEnded, touch, who } from '@/shell/session'

const minute = 60_000
let now = 0
let answers: Record<string, () => Response>
let asked: string[] = []

const json = (status: number, body: unknown) => () => new Response(JSON.stringify(body), { status })
const at = (minutes: number) => new Date(now + minutes * minute).toISOString()
const me = (minutes: number) => ({ subject: 'x', name: 'X', homeRegion: '330100', roles: ['regulator'], today: '2026-03-05', expiresAt: at(minutes) })

beforeEach(async () => {
  vi.useFakeTimers()
  now = Date.now()
  asked = []
  answers = { 'GET /api/cockpit/me': json(200, me(30)), 'POST /api/institutions/session/renew': () => json(200, { expiresAt: new Date(Date.now() + 30 * minute).toISOString() })() }
  vi.stubGlobal('fetch', (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname}`
    asked.push(what)
    return Promise.resolve(answers[what]!())
  })
  onEnded(() => undefined)
  await load()
})
afterEach(() => {
  ended()
  notice.value = null
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const renewals = () => asked.filter(what => what.endsWith('/renew')).length

async function after(minutes: number, wall = false): Promise<void> {
  await vi.advanceTimersByTimeAsync(minutes * minute)
  look(Date.now(), wall)
  await vi.advanceTimersByTimeAsync(0)
}

describe('a session', () => {
  it('is renewed in time while somebody works', async () => {
    await after(15)
    expect(renewals()).toBe(0)
    touch()
    await after(6)
    expect(renewals()).toBe(1)
    await after(1)
    expect(renewals()).toBe(1)
  })

  it('is not renewed for an empty chair: it is warned of and ends', async () => {
    const left = vi.fn()
    onEnded(left)
    await after(21)
    expect(renewals()).toBe(0)
    await after(7.5)
    expect(endsSoon.value).toBe(true)
    await after(2)
    expect(who.value).toBeNull()
    expect(notice.value).toBe('signIn.ended')
    expect(left).toHaveBeenCalledTimes(1)
  })

  it('of a wall goes on by itself', async () => {
    await after(21, true)
    expect(renewals()).toBe(1)
    expect(who.value).not.toBeNull()
  })

  it('that cannot be renewed any more is warned of once, not asked for again and again', async () => {
    answers['POST /api/institutions/session/renew'] = json(403, { faults: [] })
    await after(21, true)
    await after(1, true)
    await after(1, true)
    expect(renewals()).toBe(1)
    expect(endsSoon.value).toBe(true)
  })

  it('of somebody who must change the password leads nowhere else', async () => {
    answers['GET /api/cockpit/me'] = json(403, { faults: [] })
    answers['GET /api/institutions/session'] = json(200, { user: 'new', name: 'New', institutionCode: '', regionCode: '', roles: [], expiresAt: at(30), mustChangePassword: true })
    expect(await load()).toBe(true)
    expect(mustChangePassword.value).toBe(true)
    expect(who.value?.roles).toEqual([])
  })

  it('that the service does not know is none', async () => {
    answers['GET /api/cockpit/me'] = json(401, {})
    expect(await load()).toBe(false)
    expect(who.value).toBeNull()
  })
})
