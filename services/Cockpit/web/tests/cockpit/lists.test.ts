import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Rankings } from '@/api/cockpit'
import { medicineOf, setLocale } from '@/i18n'
import { askedOf } from '@/pages/cockpit/drill/asked'
import { listsOf } from '@/pages/cockpit/live/lists'

const rankings = {
  herbs: [
    { piece: '黄芪', count: 3, milligrams: 90_000 },
    { piece: '本地草', count: 1, milligrams: 120_000 }
  ],
  formulas: [{ formula: '补阳还五汤', count: 2 }],
  syndromes: [{ syndrome: '风寒束表证', count: 2, doses: 14 }],
  institutions: [],
  departments: [],
  centres: []
} as unknown as Rankings
const names = (list: number) => listsOf(rankings, 'en').medicine[list]!.rows!.map(row => row.name)

/** They are fetched apart; a busy machine takes seconds to prepare them. */
const namesAreThere = () => vi.waitFor(() => expect(medicineOf('黄芪')).toBe('Huang Qi'), { timeout: 60_000 })

describe('the rankings', () => {
  afterEach(() => setLocale('zh-CN'))

  it('name medicines in Chinese, heaviest first', () => {
    expect(names(0)).toEqual(['本地草', '黄芪'])
    expect(names(1)).toEqual(['补阳还五汤'])
  })

  it('name them in pinyin in English, with the Latin where there is room; what the knowledge does not know keeps its name', async () => {
    setLocale('en')
    await namesAreThere()
    expect(names(0)).toEqual(['本地草', 'Huang Qi'])
    expect(names(1)).toEqual(['Bu Yang Huan Wu Tang'])
    const [, herb] = listsOf(rankings, 'en').medicine[0]!.rows!
    expect(herb).toMatchObject({ key: '黄芪', full: 'Huang Qi · Astragali Radix · 黄芪' })
    expect(askedOf('list=herb&topic=黄芪').values.topic).toBe('Huang Qi · Astragali Radix · 黄芪')
    expect(askedOf('list=herb&topic=黄芪').metric).toBe('milligrams')
    expect(askedOf('list=syndrome&topic=风寒束表证').values.topic).toBe('风寒束表证')
  })

  it('know every herb and formula of the knowledge', async () => {
    setLocale('en')
    await namesAreThere()
    for (const file of ['herbs.csv', 'formulas.csv']) {
      const lines = readFileSync(join(__dirname, '../../../../../contracts/TcmBrain.Knowledge/Data', file), 'utf8').trim().split(/\r?\n/)
      expect(lines.length).toBeGreaterThan(200)
      for (const line of lines.slice(1)) expect(medicineOf(line.split(',')[0]!), line).toMatch(/^[A-Z][a-z]*( [A-Z][a-z]*)*$/)
    }
  })
})
