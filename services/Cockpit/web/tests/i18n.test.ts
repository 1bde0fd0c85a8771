import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fill, isMessageKey } from '../src/i18n'
import { en } from '../src/i18n/en'
import { zh, type MessageKey } from '../src/i18n/zh'
import { flow, labelOf, stepOf, toneOf } from '../src/live/story'
import { regionDepth, regionName, regionsWithin, subtreePrefix } from '../src/regions'

const contracts = join(__dirname, '../../../../contracts/TcmBrain.Contracts/Events')
const keys = Object.keys(zh) as MessageKey[]
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort()

describe('texts', () => {
  it('stand in both languages, with the same holes to fill', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort())
    for (const key of keys) {
      expect(zh[key].trim(), key).not.toBe('')
      expect(en[key].trim(), key).not.toBe('')
      expect(holes(en[key]), key).toEqual(holes(zh[key]))
    }
  })

  it('hold no Chinese in English but the name of the other language', () => {
    for (const key of keys.filter(k => k !== 'app.language')) expect(en[key], key).not.toMatch(/\p{Script=Han}/u)
  })

  it('are all used, and all that is used is there', () => {
    const sources = readdirSync(join(__dirname, '../src'), { recursive: true, encoding: 'utf8' })
      .filter(f => /\.(vue|ts)$/.test(f) && !f.startsWith('i18n'))
      .map(f => readFileSync(join(__dirname, '../src', f), 'utf8'))
      .join('\n')
    const built = /^(event|step|connection)\./
    for (const key of keys.filter(k => !built.test(k) && !k.startsWith('unit.'))) expect(sources.includes(`'${key}'`), key).toBe(true)
  })

  it('name every event there is', () => {
    const types = readdirSync(contracts)
      .flatMap(f => [...readFileSync(join(contracts, f), 'utf8').matchAll(/public sealed record (\w+) : (?:Prescription)?Event\b/g)])
      .map(m => m[1]!)
    expect(types.length).toBeGreaterThan(30)
    for (const type of types) expect(isMessageKey(`event.${type}`), type).toBe(true)
  })

  it('fill their holes and leave visible what is not given', () => {
    expect(fill('{n} of {m}', { n: 3 })).toBe('3 of {m}')
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

describe('regions', () => {
  it('offers what lies within, itself first', () => {
    expect(regionsWithin('330100')[0]).toBe('330100')
    expect(regionsWithin('330100')).toContain('330106')
    expect(regionsWithin('330100')).not.toContain('330782')
    expect(regionsWithin('330106')).toEqual(['330106'])
    expect(regionsWithin('000000')).toContain('110000')
  })

  it('shows an unknown code as it is', () => {
    expect(regionName('999999', true)).toBe('999999')
    expect(regionName('330106', true)).toBe('西湖区')
  })

  it('knows province, city and county apart', () => {
    expect(['330000', '330100', '330106'].map(regionDepth)).toEqual([0, 1, 2])
    expect(['000000', '330000', '330100', '330106'].map(subtreePrefix)).toEqual(['', '33', '3301', '330106'])
  })
})
