import { describe, expect, it } from 'vitest'
import type { TickerEvent } from '@/api/cockpit'
import { begin, fold, kept, nothing, type LiveState } from '@/pages/cockpit/live/fold'

const event = (id: number): TickerEvent => ({
  id,
  type: 'PrescriptionReceived',
  aggregateId: `a${id}`,
  occurredAt: '2026-11-22T04:00:00Z',
  flag: false
})

const facts = (state: LiveState, ids: number[], id = ids.at(-1) ?? 0, now = 1) =>
  fold(state, { name: 'facts', data: JSON.stringify(ids.map(event)), id: `${id}.0a1b2c3d` }, now)

describe('fold of stream messages', () => {
  it('keeps events newest first and goes on from the message id', () => {
    const state = facts(begin({ items: [event(1), event(3)], position: 5, resume: '5.0a1b2c3d' }), [6, 9], 12)
    expect(state.events.map(e => e.id)).toEqual([9, 6, 3, 1])
    expect(state.position).toBe(12)
    expect(state.resume).toBe('12.0a1b2c3d')
  })

  it('takes no event twice, whatever is sent again', () => {
    let state = facts(nothing, [1, 2, 3])
    state = facts(state, [2, 3, 4], 4)
    state = facts(state, [1, 2, 3, 4], 4)
    expect(state.events.map(e => e.id)).toEqual([4, 3, 2, 1])
  })

  it('never goes back to an earlier position', () => {
    const state = fold(facts(nothing, [50]), { name: 'beat', data: '{"position":7,"following":true}', id: '7.0a1b2c3d' }, 2)
    expect(state.position).toBe(50)
    expect(state.resume).toBe('50.0a1b2c3d')
  })

  it('keeps a bounded number of events', () => {
    const state = facts(nothing, Array.from({ length: 500 }, (_, i) => i + 1))
    expect(state.events).toHaveLength(kept)
    expect(state.events[0]!.id).toBe(500)
  })

  it('is put forward past what was skipped, and counts it', () => {
    const state = fold(facts(nothing, [5]), { name: 'skipped', data: '{"from":6,"to":105}', id: '105.0a1b2c3d' }, 2)
    expect(state.skipped).toBe(100)
    expect(state.position).toBe(105)
    expect(state.resume).toBe('105.0a1b2c3d')
    expect(facts(state, [106]).events.map(e => e.id)).toEqual([106, 5])
  })

  it('replaces counters and rankings as a whole', () => {
    const summary = { scope: { kind: 'region', code: '330100' }, totals: { received: 3 } }
    const state = fold(nothing, { name: 'counters', data: JSON.stringify(summary), id: '' }, 9)
    expect(state.summary?.totals.received).toBe(3)
    expect(state.heardAt).toBe(9)
    expect(fold(state, { name: 'rankings', data: '{"herbs":[]}', id: '' }, 9).rankings?.herbs).toEqual([])
  })

  it('says when the service itself has lost its database', () => {
    expect(fold(nothing, { name: 'beat', data: '{"position":0,"following":false}', id: '0' }, 1).following).toBe(false)
  })

  it.each(['', 'no json', '{"a":'])('survives nonsense: %j', data => {
    const state = fold(nothing, { name: 'facts', data, id: '4' }, 3)
    expect(state).toEqual({ ...nothing, heardAt: 3 })
  })

  it('does not change the state it was given', () => {
    const before = Object.freeze(begin({ items: [event(1)], position: 1, resume: '1.0a1b2c3d' }))
    Object.freeze(before.events)
    expect(facts(before, [2]).events).toHaveLength(2)
    expect(before.events).toHaveLength(1)
  })
})
