import type { Place, Rankings } from '@/api/cockpit'
import { formatCount, formatWeight } from '@/format'
import { medicineInFull, medicineOf, nameOf, type Locale } from '@/i18n'
import type { RankingList } from '../parts/RankingPanel.vue'

/** The rankings as the two panels show them: what is prescribed, and who prescribes. */
export function listsOf(rankings: Rankings | null, locale: Locale): { medicine: RankingList[]; places: RankingList[] } {
  const counted = (key: string, name: string, count: number) => ({ key, name, weight: count, value: formatCount(count, locale) })
  const placed = (list: readonly { institution: Place; count: number }[] | undefined) =>
    list?.map(i => counted(i.institution.code, nameOf(i.institution.zh, i.institution.en, i.institution.code), i.count)) ?? null
  const medicine = (zh: string, weight: number, value: string) => ({ key: zh, name: medicineOf(zh), full: medicineInFull(zh), weight, value })
  const herbs =
    rankings &&
    [...rankings.herbs].sort((a, b) => b.milligrams - a.milligrams).map(h => medicine(h.piece, h.milligrams, formatWeight(h.milligrams, locale)))
  return {
    medicine: [
      { key: 'herb', title: 'ranking.herbs', note: 'ranking.byWeight', rows: herbs },
      { key: 'formula', title: 'ranking.formulas', note: 'ranking.byCount', rows: rankings && (rankings.formulas ?? []).map(f => medicine(f.formula, f.count, formatCount(f.count, locale))) },
      { key: 'syndrome', title: 'ranking.syndromes', note: 'ranking.byCount', rows: rankings && rankings.syndromes.map(s => counted(s.syndrome, s.syndrome, s.count)) }
    ],
    places: [
      { key: 'institution', title: 'ranking.institutions', note: 'ranking.byCount', rows: rankings && placed(rankings.institutions) },
      { key: 'department', title: 'ranking.departments', note: 'ranking.byCount', rows: rankings && (rankings.departments ?? []).map(d => counted(d.department, d.department, d.count)) },
      { key: 'centre', title: 'ranking.centres', note: 'ranking.byCount', rows: rankings && (placed(rankings.centres) ?? []) }
    ]
  }
}

/** The query for the records behind a row of a list. */
export function topicOf(list: string, key: string): string {
  return new URLSearchParams({ list, topic: key }).toString()
}
