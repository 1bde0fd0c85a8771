import { answer, institutions } from '@/api/client'
import type { components } from '@/api/generated/institutions'
import type { Subject } from './csv'

export type ImportReport = components['schemas']['ImportReport']
export type RowFault = components['schemas']['RowFault']

export interface ImportAsk {
  subject: Subject
  file: File
  /** all: nothing is taken in when one row has a fault; valid: the rows without faults are. */
  mode: 'all' | 'valid'
  /** What stands in the register already is changed, or refused. */
  existing: 'change' | 'refuse'
  preview: boolean
}

/** The register reads no larger file. */
export const largestMegabytes = 64

export function runImport({ subject, file, mode, existing, preview }: ImportAsk): Promise<ImportReport> {
  const options = {
    params: { query: { mode, existing, preview } },
    headers: { 'content-type': 'text/csv' },
    // The file goes as it is: the register finds out how it is encoded.
    body: file as unknown as string,
    bodySerializer: (body: unknown) => body as BodyInit
  }
  return subject === 'institutions'
    ? answer(institutions.POST('/api/institutions/import/institutions', options))
    : answer(institutions.POST('/api/institutions/import/practitioners', options))
}
