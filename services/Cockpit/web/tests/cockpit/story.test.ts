import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { flow, labelOf, stepOf, toneOf } from '@/pages/cockpit/live/story'
import { has } from '@/pages/cockpit/texts'

const contracts = join(__dirname, '../../../../../contracts/TcmBrain.Contracts/Events')

describe('texts of the cockpit', () => {
  it('name every event there is', () => {
    const types = readdirSync(contracts)
      .flatMap(f => [...readFileSync(join(contracts, f), 'utf8').matchAll(/public sealed record (\w+) : (?:Prescription)?Event\b/g)])
      .map(m => m[1]!)
    expect(types.length).toBeGreaterThan(30)
    for (const type of types) expect(has(`event.${type}`), type).toBe(true)
  })
})

describe('story of an event', () => {
  it('tells an interception from an audit that passed', () => {
    expect(labelOf({ type: 'PrescriptionAudited', detail: 'pass' })).toBe('event.PrescriptionAudited')
    expect(labelOf({ type: 'PrescriptionAudited', detail: 'block' })).toBe('event.PrescriptionAudited.intercepted')
    expect(toneOf({ type: 'PrescriptionAudited', detail: 'double_sign' })).toBe('warn')
  })

  it('has no name for what it does not know', () => {
    expect(labelOf({ type: 'SomethingNew' })).toBeNull()
    expect(toneOf({ type: 'SomethingNew' })).toBe('quiet')
  })

  it('names the step of a decoction', () => {
    expect(stepOf({ type: 'StepCompleted', detail: 'first-boil' })).toBe('step.first-boil')
    expect(stepOf({ type: 'PrescriptionReceived', detail: 'soaking' })).toBeNull()
  })

  it('counts every stage at most once as waiting', () => {
    const waiting = flow.flatMap(s => s.waitingIn)
    expect(new Set(waiting).size).toBe(waiting.length)
  })
})
