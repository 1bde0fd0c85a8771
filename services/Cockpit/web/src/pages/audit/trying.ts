import type { Finding, RecognisedFormula } from '@/pages/prescriptions/view'

/** A formula as the release tells it. */
export interface Formula {
  release: string
  name: string
  category: string
  source: string
  form: string
  indication: string
  syndromeCode: string
  syndromeName: string
  composition: { piece: string; milligrams: number; handling: string }[]
  deliberatePairs: string[]
  banned: string[]
}

/** A line as it is typed. */
export interface Draft {
  key: number
  name: string
  grams: string
  handling: string
}

export interface Answer {
  release: string
  severity: string
  findings: {
    ruleId: string
    version: number
    severity: string
    edition: string
    source: string
    evidence: string
    lineNumbers: number[]
    textZh: string
    textEn: string
  }[]
  formula?: RecognisedFormula | null
}

/** Milligrams of what was typed in grams; 0 for what is no weight, which the audit then refuses. */
export function milligramsOf(grams: string): number {
  const value = Number(grams.replace('\uff0e', '.').trim())
  return Number.isFinite(value) && value > 0 ? Math.round(value * 1000) : 0
}

/** The lines that say something, with the place each has among the drafts: findings count those only. */
export function linesOf(drafts: readonly Draft[]): { lines: { name: string; milligrams: number; handling: string | null }[]; places: number[] } {
  const said = drafts.map((draft, place) => ({ draft, place })).filter(({ draft }) => draft.name.trim() !== '')
  return {
    lines: said.map(({ draft }) => ({ name: draft.name.trim(), milligrams: milligramsOf(draft.grams), handling: draft.handling.trim() || null })),
    places: said.map(({ place }) => place)
  }
}

/** Findings in the form in which prescriptions tell theirs. */
export function findingsOf(answer: Answer): Finding[] {
  return answer.findings.map(finding => ({ ...finding, ruleVersion: String(finding.version), severity: `SEVERITY_${finding.severity.toUpperCase()}` }))
}

/** What was typed of allergies, whichever comma was used. */
export function allergiesOf(text: string): string[] {
  return text
    .split(/[,\uff0c\u3001;\uff1b\s]+/)
    .map(one => one.trim())
    .filter(one => one !== '')
}
