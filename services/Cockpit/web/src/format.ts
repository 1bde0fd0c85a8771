import type { Locale, MessageKey } from './i18n'
import { messageOf } from './i18n'

const zone = 'Asia/Shanghai'

export function formatCount(n: number, locale: Locale): string {
  return new Intl.NumberFormat(locale).format(n)
}

/** Milligrams as grams below a kilogram, kilograms below ten tonnes, tonnes above; three significant places are enough on a wall. */
export function formatWeight(milligrams: number, locale: Locale): string {
  const [divisor, key]: [number, MessageKey] =
    milligrams < 1e6 ? [1e3, 'unit.gram'] : milligrams < 1e10 ? [1e6, 'unit.kilogram'] : [1e9, 'unit.tonne']
  const value = milligrams / divisor
  const digits = value >= 100 || divisor === 1e3 ? 0 : 1
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return messageOf(locale, key, { n: format.format(value) })
}

/** A share in per cent with one place; a dash when there is nothing to share. */
export function formatShare(part: number, whole: number, locale: Locale): string {
  if (whole <= 0) return '–'
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(part / whole)
}

/** Time of day where the region is, wherever the screen hangs. */
export function formatTime(at: number | string, seconds = true): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23'
  }).format(new Date(at))
}

export function formatDay(at: number, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    weekday: 'long'
  }).format(new Date(at))
}

/** Hour of the day in the region, 0 to 23. */
export function hourOf(at: number): number {
  return Number(formatTime(at, false).slice(0, 2))
}

/** The day in the region, as the service writes it. */
export function dayOf(at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(at))
}
