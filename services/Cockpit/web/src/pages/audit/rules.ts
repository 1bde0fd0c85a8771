/** A rule with its use in a period. */
export interface Rule {
  ruleId: string
  version: number
  family: string
  severity: string
  mayLowerTo: string
  edition: string
  source: string
  evidence: string
  titleZh: string
  titleEn: string
  hits: number
  hitsPerHundred?: number | null
  overridden: number
  upheld: number
  overrideRate?: number | null
  advised: number
  adviceAccepted: number
  adviceOverridden: number
}

/** The rules that match, in the order asked for; equals stay as the table has them. */
export function rulesOf(rules: readonly Rule[], by: { search: string; severity: string; sort: string }): Rule[] {
  const text = by.search.trim().toLowerCase()
  const found = rules.filter(
    rule =>
      (by.severity === '' || rule.severity === by.severity) &&
      (text === '' || [rule.ruleId, rule.titleZh, rule.titleEn, rule.source].some(one => one.toLowerCase().includes(text)))
  )
  if (by.sort === 'hits') return found.sort((a, b) => b.hits - a.hits)
  return by.sort === 'override' ? found.sort((a, b) => (b.overrideRate ?? -1) - (a.overrideRate ?? -1)) : found
}
