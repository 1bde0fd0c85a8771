/** The contract's PrescriptionView in protobuf's JSON form: enumerations by their full names, 64-bit numbers as texts, defaults left out. */
export interface View {
  prescriptionId: string
  state: string
  prescription: Written
  audit?: { severity?: string; findings?: Finding[]; release?: string; verifiedKeyId?: string; formula?: RecognisedFormula }
  history?: HistoryEntry[]
  receivedAt: string
  contentSha256?: string
  reviewReturn?: { pharmacist: string; reason: string; returnedAt: string }
  answer?: { practitionerCode: string; reason: string; signedAt: string }
  dueAt?: string
  institutionCode?: string
}

export interface Written {
  hisNumber: string
  revision?: number
  patient?: {
    identityNumber?: string
    name?: string
    sex?: string
    birthDate?: string
    pregnant?: string
    lactating?: string
    allergies?: string[]
    weightGrams?: number
    phone?: string
    ageMonths?: number
    ageDays?: number
  }
  visit?: string
  visitNumber?: string
  department?: string
  diseaseCode?: string
  diseaseName?: string
  syndromeCode?: string
  syndromeName?: string
  westernDiagnosis?: string
  westernDiagnosisName?: string
  treatmentPrinciple?: string
  prescriber?: { practitionerCode?: string; name?: string }
  lines?: Line[]
  doses?: number
  dosesPerDay?: number
  packsPerDose?: number
  millilitresPerPack?: number
  timesPerDay?: number
  millilitresPerTime?: number
  route?: string
  decoct?: boolean
  usage?: string
  delivery?: { kind?: string; regionCode?: string; pickUpInstitution?: string; pickUpFrom?: string; pickUpUntil?: string }
  feeFen?: string | number
  feeKind?: string
  urgent?: boolean
  issuedAt?: string
  validUntil?: string
  longCourseReason?: string
  wardBed?: string
}

export interface Line {
  name: string
  milligramsPerDose: string | number
  handling?: string
  footnote?: string
  grade?: string
  origin?: string
}

export interface Finding {
  ruleId: string
  ruleVersion?: string
  edition?: string
  source?: string
  evidence?: string
  severity?: string
  lineNumbers?: number[]
  textZh?: string
  textEn?: string
}

/** The classic formula it is closest to, with what was added and removed. */
export interface RecognisedFormula {
  name: string
  source?: string
  syndromeCode?: string
  syndromeName?: string
  similarityPermille?: number
  coveragePermille?: number
  added?: string[]
  removed?: string[]
}

export interface HistoryEntry {
  state: string
  actor?: string
  reason?: string
  occurredAt: string
  recordedAt?: string
}

/** STATE_DOUBLE_SIGN of the contract as HTTP's lists write it: double-sign. */
export function wordOf(value: string | undefined, prefix: string): string {
  return (value ?? '').replace(new RegExp(`^${prefix}_`), '').replaceAll('_', '-').toLowerCase()
}

export const stateOf = (value: string | undefined) => wordOf(value, 'STATE')

/** The severity's word; none where nothing was found. */
export function severityOf(value: string | undefined): string {
  return wordOf(value, 'SEVERITY') || 'none'
}

/** Grams as they are written after a piece: arabic, without needless places. */
export function gramsOf(milligrams: string | number): string {
  return String(Number(milligrams) / 1000)
}

/** The weight of one dose in grams. */
export function doseWeight(lines: readonly Line[]): string {
  return gramsOf(lines.reduce((sum, line) => sum + Number(line.milligramsPerDose), 0))
}

/** Special handling and other footnotes, as they stand in brackets at the upper right of the name; empty for none. */
export function footnoteOf(line: Line): string {
  return [line.handling, line.footnote].filter(Boolean).join('、')
}

/** What stands before the name: the origin and the grade demanded. */
export function demandOf(line: Line): string {
  return [line.origin, line.grade].filter(Boolean).join(' ')
}

export type Age = { key: 'age.years' | 'age.months' | 'age.yearsMonths' | 'age.days' | 'age.born'; values: Record<string, number> }

/**
 * Age at issue: years; years and months under three years; months under one year; days up to the 28th. Whoever does not treat is told the year
 * of birth only. Null without a birth date.
 */
export function ageOf(birthDate: string | undefined, issuedAt: string | undefined): Age | null {
  if (/^\d{4}$/.test(birthDate ?? '')) return { key: 'age.born', values: { n: Number(birthDate) } }
  const born = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate ?? '')
  if (!born || !issuedAt) return null
  // The region's calendar day, eight hours ahead of UTC the whole year.
  const issued = new Date(Date.parse(issuedAt) + 8 * 3_600_000)
  const [year, month, day] = [Number(born[1]), Number(born[2]), Number(born[3])]
  const days = Math.floor((Date.UTC(issued.getUTCFullYear(), issued.getUTCMonth(), issued.getUTCDate()) - Date.UTC(year, month - 1, day)) / 86_400_000)
  if (!Number.isFinite(days) || days < 0) return null
  const months = (issued.getUTCFullYear() - year) * 12 + issued.getUTCMonth() + 1 - month - (issued.getUTCDate() < day ? 1 : 0)
  if (days <= 28) return { key: 'age.days', values: { n: days } }
  if (months < 12) return { key: 'age.months', values: { n: months } }
  if (months < 36 && months % 12 > 0) return { key: 'age.yearsMonths', values: { n: Math.floor(months / 12), m: months % 12 } }
  return { key: 'age.years', values: { n: Math.floor(months / 12) } }
}

/** The paper's colour by 《处方管理办法》: emergency pale yellow, children (under fourteen) pale green, all others white. */
export function paperOf(written: Written): 'plain' | 'emergency' | 'child' {
  if (written.visit === 'VISIT_KIND_EMERGENCY') return 'emergency'
  const age = ageOf(written.patient?.birthDate, written.issuedAt)
  if (age === null) return 'plain'
  const years = age.key === 'age.born' ? Number(written.issuedAt?.slice(0, 4)) - age.values.n! : age.key === 'age.years' ? age.values.n! : 0
  return years < 14 ? 'child' : 'plain'
}

const ranks = ['none', 'advise', 'double-sign', 'resolve', 'block', 'refuse']

/** A finding with the number it is marked by, beside its lines and in the list. */
export interface Marked {
  n: number
  finding: Finding
  severity: string
  lines: readonly number[]
}

/** Findings numbered, gravest first and then by line. */
export function markedOf(findings: readonly Finding[] = []): Marked[] {
  const first = (finding: Finding) => Math.min(...(finding.lineNumbers ?? []), 999)
  return [...findings]
    .map((finding, at) => ({ finding, at }))
    .sort((a, b) => ranks.indexOf(severityOf(b.finding.severity)) - ranks.indexOf(severityOf(a.finding.severity)) || first(a.finding) - first(b.finding) || a.at - b.at)
    .map(({ finding }, i) => ({ n: i + 1, finding, severity: severityOf(finding.severity), lines: finding.lineNumbers ?? [] }))
}

export function highestOf(marks: readonly Marked[]): string {
  return marks[0]?.severity ?? 'none'
}

/** Who did what under the prescription (后记), as its history tells; null where nobody has yet. */
export interface Signatures {
  reviewer: { by: string | null; at: string } | null
  dispenser: string | null
  checker: string | null
}

export function signaturesOf(history: readonly HistoryEntry[] = []): Signatures {
  const first = (state: string) => history.find(entry => stateOf(entry.state) === state)
  const approved = first('approved')
  return {
    // Without a person's name it was the audit alone that let it pass.
    reviewer: approved ? { by: isPerson(approved.actor) ? approved.actor! : null, at: approved.occurredAt } : null,
    dispenser: first('dispensing')?.actor ?? null,
    checker: first('checked')?.actor ?? null
  }
}

export function isPerson(actor: string | undefined): boolean {
  return actor !== undefined && actor !== '' && actor !== 'system' && actor !== 'HIS'
}

const path = ['received', 'approved', 'reserved', 'dispensing', 'checked', 'decocting', 'packed', 'shipped', 'delivered'] as const
export const exits = ['rejected', 'cancelled', 'returned', 'expired', 'superseded'] as const

export interface Step {
  key: string
  state: 'done' | 'now' | 'ahead' | 'ended'
  at: string | null
}

/** The normal path with how far it has come; an exit stands at the end of what was reached. */
export function stepsOf(view: View): Step[] {
  const now = stateOf(view.state)
  const reached = new Map((view.history ?? []).map(entry => [stateOf(entry.state), entry.occurredAt]))
  const keys = path.filter(key => view.prescription.decoct || (key !== 'decocting' && key !== 'packed'))
  const order = [...keys] as string[]
  // What waits for the pharmacist is at the review.
  const last = now === 'intercepted' ? 1 : order.reduce((found, key, i) => (reached.has(key) ? i : found), 0)
  const ended = (exits as readonly string[]).includes(now)
  const done = now === 'completed' || now === 'delivered'
  const steps: Step[] = order.map((key, i) => ({
    key,
    at: reached.get(key) ?? (key === 'received' ? view.receivedAt : null),
    state: done || i < last || (i === last && ended) ? 'done' : i === last ? 'now' : 'ahead'
  }))
  return ended ? [...steps.filter(step => step.state === 'done'), { key: now, state: 'ended', at: reached.get(now) ?? null }] : steps
}

/** The states a list can be narrowed to, in their order. */
export const states = [
  'intercepted', 'approved', 'routed', 'reserved', 'dispensing', 'checked', 'soaking', 'decocting', 'packed', 'shipped', 'delivered', 'completed', ...exits
] as const

export const underWay = 'approved,routed,reserved,dispensing,checked,soaking,decocting,packed,shipped'

/** How a state looks: what waits for somebody, what goes on, what ended well and what did not. */
export function toneOf(state: string): 'good' | 'warn' | 'bad' | 'info' | 'quiet' {
  if (state === 'intercepted') return 'warn'
  if (state === 'rejected' || state === 'expired' || state === 'returned') return 'bad'
  if (state === 'cancelled' || state === 'superseded') return 'quiet'
  return state === 'delivered' || state === 'completed' ? 'good' : 'info'
}

export function severityTone(severity: string): 'bad' | 'warn' | 'info' | 'quiet' {
  return severity === 'block' || severity === 'refuse' || severity === 'resolve' ? 'bad' : severity === 'double-sign' ? 'warn' : severity === 'advise' ? 'info' : 'quiet'
}

