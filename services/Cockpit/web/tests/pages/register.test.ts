import { describe, expect, it } from 'vitest'
import { beginOf, isPrescriptionId } from '@/pages/access/model'
import { cell, csv, faultRows } from '@/pages/import/csv'
import { licenceState, showValue } from '@/pages/institutions/model'

describe('a licence', () => {
  // 01:00 of 5 March in the region, still the 4th in London.
  const now = Date.parse('2026-03-04T17:00:00Z')

  it('is said to have ended the day after its last', () => {
    expect(licenceState('2026-03-05', now)).toMatchObject({ tone: 'warn', text: '今天到期' })
    expect(licenceState('2026-03-04', now)).toMatchObject({ tone: 'bad', text: '已过期 1 天' })
  })

  it('warns three months ahead and not before', () => {
    expect(licenceState('2026-06-03', now)).toMatchObject({ tone: 'warn', text: '90 天后到期' })
    expect(licenceState('2026-06-04', now)).toBeNull()
    expect(licenceState(null, now)).toBeNull()
  })
})

describe('the history', () => {
  it('says values in words', () => {
    expect(showValue('kind', 'tcm-hospital')).toBe('中医医院')
    expect(showValue('tcmHall', true)).toBe('是')
    expect(showValue('departments', [{ code: '50.01', nameZh: '内科' }, { code: '50.17', nameZh: '治未病科' }])).toBe('50.01 内科、50.17 治未病科')
    expect(showValue('level', null)).toBe('')
  })
})

describe('a file of faults', () => {
  it('is quoted where it must be and is never a formula', () => {
    expect(cell('a,b')).toBe('"a,b"')
    expect(cell('say "x"')).toBe('"say ""x"""')
    expect(cell('=1+1')).toBe("'=1+1")
    expect(cell(-3)).toBe('-3')
  })

  it('begins with the mark of UTF-8 and has a line for each', () => {
    expect(csv([['行'], [2]])).toBe('\ufeff行\r\n2\r\n')
    const fault = { row: 2, column: 'code', code: 'INS-0101', zh: '校验码不正确', en: 'wrong' }
    expect(faultRows([fault], ['行', '列', '代码', '错误'], true)).toContain('2,code,INS-0101,校验码不正确')
  })
})

describe('the access log’s filters', () => {
  it('mean days of the region', () => {
    expect(beginOf('2026-03-05')).toBe('2026-03-04T16:00:00.000Z')
    expect(beginOf('2026-03-05', 1)).toBe('2026-03-05T16:00:00.000Z')
    expect(beginOf('')).toBeUndefined()
  })

  it('know the id of a prescription', () => {
    expect(isPrescriptionId('01a201f0-3ba6-72dc-9748-69a479ffaece')).toBe(true)
    expect(isPrescriptionId('CF0001')).toBe(false)
  })
})
