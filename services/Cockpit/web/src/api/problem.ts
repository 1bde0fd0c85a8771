import { isChinese, t } from '@/i18n'

/** One fault of a refusal, as RFC 9457 problem details of this platform carry it. */
export interface Fault {
  code: string
  field?: string | null
  zh: string
  en: string
}

export interface Problem {
  code?: string
  faults?: Fault[]
  requestId?: string
}

/** The service answered, but not with what was asked for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    /** Seconds that the service asks to wait; null when it does not say. */
    readonly retryAfter: number | null = null
  ) {
    super(`${status} ${problem.code ?? ''}`)
  }

  get faults(): readonly Fault[] {
    return this.problem.faults ?? []
  }
}

/** No service answered at all. */
export class Unreachable extends Error {}

export function textOf(fault: Fault): string {
  return isChinese.value ? fault.zh : fault.en
}

/** What to tell somebody of an error, in the present language. */
export function messageOf(error: unknown): string {
  if (error instanceof Refusal) {
    if (error.status === 429 && error.retryAfter) return t('problem.tooMany', { n: error.retryAfter })
    const fault = error.faults[0]
    if (fault) return error.faults.map(textOf).filter((text, i, all) => all.indexOf(text) === i).join(isChinese.value ? '；' : '; ')
    return t(error.status >= 500 ? 'problem.unreachable' : 'problem.unknown')
  }
  return t('problem.unreachable')
}

export function isRefusal(error: unknown, ...statuses: number[]): error is Refusal {
  return error instanceof Refusal && statuses.includes(error.status)
}
