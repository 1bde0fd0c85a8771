import type { Finding } from '@/pages/prescriptions/view'

/** Ready-made reasons in the order in which they are usual; each is a text `phrase.NAME`. */
export const phrases = ['dose', 'incompatible', 'name', 'handling', 'pregnancy', 'toxic', 'age', 'duplicate', 'allergy', 'lactation', 'duration', 'match', 'usage'] as const

export type Phrase = (typeof phrases)[number]

const families: Record<string, Phrase> = { narcotic: 'toxic', format: 'usage', quantity: 'usage', form: 'usage', condition: 'dose', banned: 'toxic' }

/** The reasons that fit these findings first, then the other usual ones; nine, one for each number key. */
export function phrasesFor(findings: readonly Finding[]): Phrase[] {
  const fitting = findings.map(finding => finding.ruleId.split('.')[0] ?? '').map(family => families[family] ?? (phrases as readonly string[]).find(phrase => phrase === family))
  return [...new Set([...fitting.filter(Boolean), ...phrases] as Phrase[])].slice(0, 9)
}
