/** What an institution decided, and what it could decide. */
export interface Policy {
  policy: { version: number; levels: Record<string, string>; customs: Record<string, string>; reason: string; setBy: string; setAt?: string | null }
  rules: PolicyRule[]
  customs: { name: string; piece?: string | null; pieces: string[] }[]
}

export interface PolicyRule {
  ruleId: string
  titleZh: string
  titleEn: string
  severity: string
  levels: string[]
}

/** Every rule and name with what holds for it now: the institution's own word, or else the release's. */
export function decisionsOf(policy: Policy): { levels: Record<string, string>; customs: Record<string, string>; reason: string } {
  return {
    levels: Object.fromEntries(policy.rules.map(rule => [rule.ruleId, allowed(policy.policy.levels[rule.ruleId], rule.levels) ?? rule.severity])),
    customs: Object.fromEntries(policy.customs.map(custom => [custom.name, allowed(policy.policy.customs[custom.name], custom.pieces) ?? custom.piece ?? ''])),
    reason: ''
  }
}

function allowed(said: string | undefined, choices: readonly string[]): string | undefined {
  return said !== undefined && choices.includes(said) ? said : undefined
}

export function shownRules(rules: readonly PolicyRule[], levels: Readonly<Record<string, string>>, search: string, changedOnly: boolean): PolicyRule[] {
  const text = search.trim().toLowerCase()
  return rules.filter(
    rule =>
      (!changedOnly || levels[rule.ruleId] !== rule.severity) && (text === '' || [rule.ruleId, rule.titleZh, rule.titleEn].some(one => one.toLowerCase().includes(text)))
  )
}
