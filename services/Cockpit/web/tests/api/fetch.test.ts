import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ask, onSignedOut, serverNow } from '@/api/fetch'
import { messageOf, Refusal, Unreachable } from '@/api/problem'
import { setLocale } from '@/i18n'

const calls: Request[] = []
let answers: (() => Response | Promise<Response>)[] = []

beforeEach(() => {
  calls.length = 0
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 100 })
  vi.stubGlobal('fetch', (request: Request) => {
    calls.push(request)
    return Promise.resolve().then(() => answers.shift()!())
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  onSignedOut(() => undefined)
})

const json = (status: number, body: unknown = {}, headers: Record<string, string> = {}) => () => new Response(JSON.stringify(body), { status, headers })
const dead = () => {
  throw new TypeError('connection refused')
}
const request = (method: string) => new Request('http://localhost/api/x', { method })

describe('asking a service', () => {
  it('asks a question again when nobody answers or the answer is "not now"', async () => {
    answers = [dead, json(503), json(200, { n: 1 })]
    expect(await (await ask(request('GET'))).json()).toEqual({ n: 1 })
    expect(calls).toHaveLength(3)
  })

  it('never sends a change twice', async () => {
    answers = [json(503), json(200)]
    await expect(ask(request('POST'))).rejects.toBeInstanceOf(Refusal)
    answers = [dead, json(200)]
    await expect(ask(request('PUT'))).rejects.toBeInstanceOf(Unreachable)
    expect(calls).toHaveLength(2)
  })

  it('gives up after three and does not repeat what is refused for good', async () => {
    answers = [dead, dead, dead, json(200)]
    await expect(ask(request('GET'))).rejects.toBeInstanceOf(Unreachable)
    expect(calls).toHaveLength(3)
    answers = [json(404), json(200)]
    await expect(ask(request('GET'))).rejects.toMatchObject({ status: 404 })
    expect(calls).toHaveLength(4)
  })

  it('does not wait longer than somebody would', async () => {
    answers = [json(503, {}, { 'retry-after': '60' }), json(200)]
    await expect(ask(request('GET'))).rejects.toMatchObject({ status: 503, retryAfter: 60 })
  })

  it('marks every request as its own, so that a foreign form cannot send one', async () => {
    answers = [json(200)]
    await ask(request('POST'))
    expect(calls[0]!.headers.get('x-requested-with')).toBe('tcmbrain-web')
    expect(calls[0]!.credentials).toBe('same-origin')
  })

  it('tells when the session has ended', async () => {
    const ended = vi.fn()
    onSignedOut(ended)
    answers = [json(401), json(403)]
    await expect(ask(request('GET'))).rejects.toMatchObject({ status: 401 })
    await expect(ask(request('GET'))).rejects.toMatchObject({ status: 403 })
    expect(ended).toHaveBeenCalledTimes(1)
  })

  it('goes by the services’ clock', async () => {
    answers = [json(200, {}, { date: new Date(Date.now() + 3_600_000).toUTCString() })]
    await ask(request('GET'))
    expect(Math.round((serverNow() - Date.now()) / 60_000)).toBe(60)
  })

  it('takes no answer that was long under way for an earlier time', async () => {
    const given = () => new Date(Date.now()).toUTCString()
    answers = [json(200, {}, { date: given() })]
    await ask(request('GET'))
    answers = [
      async () => {
        const date = given()
        await vi.advanceTimersByTimeAsync(5_000)
        return json(200, {}, { date })()
      }
    ]
    await ask(request('GET'))
    expect(Math.abs(serverNow() - Date.now())).toBeLessThanOrEqual(1_000)
  })
})

describe('what is told of an error', () => {
  const fault = { code: 'INS-0101', field: 'code', zh: '校验码不正确', en: 'wrong check character' }

  it('is the service’s own words in the page’s language', () => {
    const refusal = new Refusal(400, { faults: [fault, fault] })
    setLocale('zh-CN')
    expect(messageOf(refusal)).toBe('校验码不正确')
    setLocale('en')
    expect(messageOf(refusal)).toBe('wrong check character')
    setLocale('zh-CN')
  })

  it('says how long to wait, and when nobody answered', () => {
    expect(messageOf(new Refusal(429, { faults: [fault] }, 30))).toContain('30')
    expect(messageOf(new Unreachable('x'))).toBe('服务暂时无法访问，请稍后再试。')
  })
})
