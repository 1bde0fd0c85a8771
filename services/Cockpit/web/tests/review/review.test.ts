import { describe, expect, it } from 'vitest'
import { commandOf } from '@/pages/review/keys'
import { phrasesFor } from '@/pages/review/phrases'
import { has } from '@/pages/review/texts'
import { nextAfter, waitOf, type ReviewItem } from '@/pages/review/queue'

const item = (id: string, more: Partial<ReviewItem> = {}) => ({ id, awaiting: 'pharmacist', claim: null, ...more }) as ReviewItem
const ids = (found: ReviewItem | null) => found?.id ?? null

describe('the review queue', () => {
  it('goes on with the next below, else from the top', () => {
    const queue = [item('a'), item('b'), item('c')]
    expect(ids(nextAfter(queue, 'b'))).toBe('c')
    expect(ids(nextAfter(queue, 'c'))).toBe('a')
    expect(ids(nextAfter(queue, null))).toBe('a')
    expect(ids(nextAfter([item('a')], 'a'))).toBeNull()
  })

  it('passes over what another pharmacist has and what waits for the prescriber', () => {
    const other = { name: 'x', until: '', mine: false }
    const queue = [item('a'), item('b', { claim: other }), item('c', { awaiting: 'prescriber' }), item('d', { claim: { ...other, mine: true } })]
    expect(ids(nextAfter(queue, 'a'))).toBe('d')
    expect(ids(nextAfter(queue, 'd'))).toBe('a')
  })

  it('tells how long something waits, and sooner that an urgent one waits long', () => {
    const now = Date.parse('2026-03-05T12:00:00Z')
    const wait = (minutes: number, urgent = false) => waitOf({ receivedAt: new Date(now - minutes * 60_000).toISOString(), urgent }, now)
    expect(wait(0)).toEqual({ key: 'wait.now', values: {}, tone: 'calm' })
    expect(wait(14)).toEqual({ key: 'wait.minutes', values: { n: 14 }, tone: 'calm' })
    expect(wait(15).tone).toBe('long')
    expect(wait(30).tone).toBe('tooLong')
    expect(wait(10, true).tone).toBe('tooLong')
    expect(wait(135)).toEqual({ key: 'wait.hours', values: { n: 2, m: 15 }, tone: 'tooLong' })
    expect(wait(1500)).toMatchObject({ key: 'wait.days', values: { n: 1, m: 1 } })
    // A workstation's clock that is behind.
    expect(wait(-3).key).toBe('wait.now')
  })
})

describe('keys of the review', () => {
  const press = (key: string, target: HTMLElement | null = null, more = {}) =>
    commandOf({ key, target, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, defaultPrevented: false, ...more })
  const within = (html: string, selector: string) => {
    const host = document.createElement('div')
    host.innerHTML = html
    return host.querySelector<HTMLElement>(selector)
  }

  it('mean the same in either case, and the full-width question mark is one', () => {
    expect(press('a')).toBe('approve')
    expect(press('R')).toBe('return')
    expect(press('?')).toBe('help')
    expect(press('\uff1f')).toBe('help')
    expect(press('z')).toBeNull()
  })

  it('are left to fields, dialogs and the browser', () => {
    expect(press('a', within('<textarea></textarea>', 'textarea'))).toBeNull()
    expect(press('j', within('<dialog><button></button></dialog>', 'button'))).toBeNull()
    expect(press('r', null, { ctrlKey: true })).toBeNull()
    expect(press('a', null, { isComposing: true })).toBeNull()
    expect(press('Enter', within('<button></button>', 'button'))).toBeNull()
    expect(press('Enter')).toBe('open')
  })
})

describe('ready-made reasons', () => {
  it('begin with those that fit the findings, nine at most, each with a text', () => {
    const found = phrasesFor([{ ruleId: 'pregnancy.forbid' }, { ruleId: 'narcotic.authority' }, { ruleId: 'match.formula_syndrome' }, { ruleId: 'unheard.of' }])
    expect(found.slice(0, 3)).toEqual(['pregnancy', 'toxic', 'match'])
    expect(found).toHaveLength(9)
    expect(new Set(found).size).toBe(9)
    for (const phrase of found) expect(has(`phrase.${phrase}`), phrase).toBe(true)
  })
})
