import { describe, expect, it } from 'vitest'
import { rulesOf, type Rule } from '@/pages/audit/rules'
import { allergiesOf, findingsOf, linesOf, milligramsOf, type Draft } from '@/pages/audit/trying'
import { markedOf } from '@/pages/prescriptions/view'

describe('trying a prescription', () => {
  it('reads grams as they are typed, and refuses what is no weight', () => {
    expect(milligramsOf('9')).toBe(9000)
    expect(milligramsOf(' 0.3 ')).toBe(300)
    expect(milligramsOf('1\uff0e5')).toBe(1500)
    for (const nothing of ['', 'x', '-3', '0']) expect(milligramsOf(nothing), nothing).toBe(0)
  })

  it('leaves out empty rows and keeps the places of the others', () => {
    const draft = (name: string): Draft => ({ key: 0, name, grams: '3', handling: ' ' })
    const { lines, places } = linesOf([draft(''), draft(' a '), draft(''), draft('b')])
    expect(lines).toEqual([
      { name: 'a', milligrams: 3000, handling: null },
      { name: 'b', milligrams: 3000, handling: null }
    ])
    expect(places).toEqual([1, 3])
  })

  it('takes any comma between allergies', () => {
    expect(allergiesOf('a\uff0cb\u3001c, d ;')).toEqual(['a', 'b', 'c', 'd'])
    expect(allergiesOf('  ')).toEqual([])
  })

  it('tells findings as prescriptions do', () => {
    const one = { ruleId: 'r', version: 2, severity: 'double_sign', edition: '', source: '', evidence: 'C', lineNumbers: [1], textZh: '', textEn: '' }
    const marks = markedOf(findingsOf({ release: '', severity: 'refuse', findings: [one, { ...one, severity: 'refuse' }] }))
    expect(marks.map(mark => mark.severity)).toEqual(['refuse', 'double-sign'])
    expect(marks[0]!.finding.ruleVersion).toBe('2')
  })
})

describe('rules', () => {
  const rule = (ruleId: string, more: Partial<Rule> = {}) =>
    ({ ruleId, severity: 'advise', titleZh: '', titleEn: `Title ${ruleId}`, source: '', hits: 0, overrideRate: null, ...more }) as Rule
  const all = [rule('a', { hits: 1, overrideRate: 0.5 }), rule('b', { hits: 9, severity: 'block' }), rule('c', { hits: 4, overrideRate: 0.9 })]
  const ids = (by: Partial<{ search: string; severity: string; sort: string }>) => rulesOf(all, { search: '', severity: '', sort: '', ...by }).map(one => one.ruleId).join('')

  it('stand as in the table, by hits, or by how often they are overridden', () => {
    expect(ids({})).toBe('abc')
    expect(ids({ sort: 'hits' })).toBe('bca')
    expect(ids({ sort: 'override' })).toBe('cab')
    expect(all.map(one => one.ruleId).join('')).toBe('abc')
  })

  it('are found by severity and by any of their words', () => {
    expect(ids({ severity: 'block' })).toBe('b')
    expect(ids({ search: 'title C' })).toBe('c')
  })
})
