import type { RowFault } from './model'

export type Subject = 'institutions' | 'practitioners'

/** A value as a cell of a CSV file (RFC 4180). What a spreadsheet would take for a formula is made text. */
export function cell(value: string | number): string {
  const text = /^[=+\-@\t\r]/.test(String(value)) && typeof value === 'string' ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function csv(rows: readonly (readonly (string | number)[])[]): string {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  return `\ufeff${rows.map(row => row.map(cell).join(',')).join('\r\n')}\r\n`
}

export function faultRows(faults: readonly RowFault[], head: readonly string[], chinese: boolean): string {
  return csv([head, ...faults.map(fault => [fault.row, fault.column ?? '', fault.code, chinese ? fault.zh : fault.en])])
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
