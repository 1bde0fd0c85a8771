import { describe, expect, it } from 'vitest'
import { dayAfter } from '@/pages/prescriptions/days'
import { ageOf, demandOf, doseWeight, footnoteOf, gramsOf, markedOf, paperOf, severityOf, signaturesOf, stateOf, stepsOf, type Finding, type View } from '@/pages/prescriptions/view'

const issued = '2026-03-05T01:00:00Z'

function view(state: string, reached: string[], decoct = true): View {
  return {
    prescriptionId: 'p',
    state: `STATE_${state}`,
    receivedAt: '2026-03-05T01:00:00Z',
    prescription: { hisNumber: 'CF1', decoct },
    history: reached.map((name, i) => ({ state: `STATE_${name}`, actor: 'system', occurredAt: `2026-03-05T0${i + 1}:00:00Z` }))
  }
}

describe('a prescription as the contract tells it', () => {
  it('names states and severities as the lists do', () => {
    expect(stateOf('STATE_INTERCEPTED')).toBe('intercepted')
    expect(severityOf('SEVERITY_DOUBLE_SIGN')).toBe('double-sign')
    expect(severityOf(undefined)).toBe('none')
  })

  it('writes grams without needless places, also of 64-bit numbers in texts', () => {
    expect(gramsOf('9000')).toBe('9')
    expect(gramsOf(300)).toBe('0.3')
    expect(gramsOf('1')).toBe('0.001')
    expect(doseWeight([{ name: 'a', milligramsPerDose: '9000' }, { name: 'b', milligramsPerDose: '500' }])).toBe('9.5')
  })

  it('puts handling and footnote together, origin and grade before the name', () => {
    const line = { name: 'x', milligramsPerDose: '1000', handling: 'first', footnote: 'crushed', origin: 'there', grade: 'one' }
    expect(footnoteOf(line)).toBe('first\u3001crushed')
    expect(demandOf(line)).toBe('there one')
    expect(footnoteOf({ name: 'x', milligramsPerDose: '1000' })).toBe('')
  })

  it.each([
    ['2026-02-10', 'age.days', { n: 23 }],
    ['2026-02-05', 'age.days', { n: 28 }],
    ['2026-02-04', 'age.months', { n: 1 }],
    ['2025-03-06', 'age.months', { n: 11 }],
    ['2025-03-05', 'age.years', { n: 1 }],
    ['2024-06-01', 'age.yearsMonths', { n: 1, m: 9 }],
    ['2023-03-05', 'age.years', { n: 3 }],
    ['1990-03-06', 'age.years', { n: 35 }],
    ['1990-03-05', 'age.years', { n: 36 }],
    ['1990', 'age.born', { n: 1990 }]
  ])('tells the age of somebody born %s', (born, key, values) => {
    expect(ageOf(born, issued)).toEqual({ key, values })
  })

  it('takes the day of issue where the region is', () => {
    // Half past midnight of the fifth in the region is still the fourth in UTC.
    expect(ageOf('1990-03-05', '2026-03-04T16:30:00Z')).toEqual({ key: 'age.years', values: { n: 36 } })
    expect(ageOf('2026-03-06', issued)).toBeNull()
    expect(ageOf(undefined, issued)).toBeNull()
  })

  it('is written on the paper of its kind', () => {
    const patient = (birthDate: string) => ({ hisNumber: 'x', issuedAt: issued, patient: { birthDate } })
    expect(paperOf(patient('2012-03-06'))).toBe('child')
    expect(paperOf(patient('2012-03-05'))).toBe('plain')
    expect(paperOf(patient('2025'))).toBe('child')
    expect(paperOf({ ...patient('2020-01-01'), visit: 'VISIT_KIND_EMERGENCY' })).toBe('emergency')
  })

  it('numbers its findings, gravest first and then by line', () => {
    const finding = (ruleId: string, severity: string, lineNumbers: number[]): Finding => ({ ruleId, severity: `SEVERITY_${severity}`, lineNumbers })
    const marks = markedOf([finding('a', 'ADVISE', [1]), finding('b', 'DOUBLE_SIGN', [4, 5]), finding('c', 'BLOCK', [9]), finding('d', 'DOUBLE_SIGN', [2]), finding('e', 'ADVISE', [])])
    expect(marks.map(mark => `${mark.n}${mark.finding.ruleId}`)).toEqual(['1c', '2d', '3b', '4a', '5e'])
  })

  it('is signed by those its history names, and by no pharmacist when the audit alone let it pass', () => {
    const entry = (state: string, actor: string) => ({ state: `STATE_${state}`, actor, occurredAt: issued })
    expect(signaturesOf([entry('APPROVED', 'system')])).toEqual({ reviewer: { by: null, at: issued }, dispenser: null, checker: null })
    expect(signaturesOf([entry('APPROVED', 'Zhang'), entry('DISPENSING', 'Lou'), entry('CHECKED', 'Yu')])).toEqual({
      reviewer: { by: 'Zhang', at: issued },
      dispenser: 'Lou',
      checker: 'Yu'
    })
  })

  it('shows how far it has come', () => {
    const line = (v: View) => stepsOf(v).map(step => `${step.key}:${step.state}`).join(' ')
    expect(line(view('INTERCEPTED', ['RECEIVED', 'INTERCEPTED']))).toMatch(/^received:done approved:now reserved:ahead/)
    expect(line(view('CHECKED', ['RECEIVED', 'APPROVED', 'RESERVED', 'DISPENSING', 'CHECKED'], false))).toBe(
      'received:done approved:done reserved:done dispensing:done checked:now shipped:ahead delivered:ahead'
    )
    expect(line(view('CANCELLED', ['RECEIVED', 'APPROVED', 'CANCELLED']))).toBe('received:done approved:done cancelled:ended')
    expect(stepsOf(view('COMPLETED', ['RECEIVED', 'DELIVERED'])).every(step => step.state === 'done')).toBe(true)
  })

  it('is asked for until the end of the day', () => {
    expect(dayAfter('2026-02-28')).toBe('2026-03-01')
    expect(dayAfter('2028-12-31')).toBe('2029-01-01')
  })
})
