import { at as textAt, type Locale } from './i18n'

const zone = 'Asia/Shanghai'

export function formatCount(n: number, locale: Locale): string {
  return new Intl.NumberFormat(locale).format(n)
}

/** A count for a wall: from a hundred thousand on in 万 and 亿, or thousands and millions, with one place. */
export function formatBig(n: number, locale: Locale): string {
  if (Math.abs(n) < 100_000) return formatCount(n, locale)
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(n)
}

/** Milligrams as grams below a kilogram, kilograms below ten tonnes, tonnes above; three significant places are enough on a wall. */
export function formatWeight(milligrams: number, locale: Locale): string {
  const [divisor, key]: [number, 'unit.gram' | 'unit.kilogram' | 'unit.tonne'] =
    milligrams < 1e6 ? [1e3, 'unit.gram'] : milligrams < 1e10 ? [1e6, 'unit.kilogram'] : [1e9, 'unit.tonne']
  const value = milligrams / divisor
  const digits = value >= 100 || divisor === 1e3 ? 0 : 1
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return textAt(locale, key, { n: format.format(value) })
}

/** A share in per cent with one place; a dash when there is nothing to share. */
export function formatShare(part: number, whole: number, locale: Locale): string {
  if (whole <= 0) return '–'
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(part / whole)
}

/** A share from 0 to 1 in per cent with one place; a dash where it is unknown. */
export function formatRatio(value: number | null | undefined, locale: Locale): string {
  if (value === null || value === undefined) return '–'
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(value)
}

/** Seconds as minutes below two hours, as hours below three days, else as days. */
export function formatDuration(seconds: number | null | undefined, locale: Locale): string {
  if (seconds === null || seconds === undefined) return '–'
  const [divisor, key, digits]: [number, 'unit.second' | 'unit.minute' | 'unit.hour' | 'unit.day', number] =
    seconds < 60 ? [1, 'unit.second', 0] : seconds < 7200 ? [60, 'unit.minute', 0] : seconds < 259_200 ? [3600, 'unit.hour', 1] : [86_400, 'unit.day', 1]
  return textAt(locale, key, { n: new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(seconds / divisor) })
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

/** The region's month and those before it: 2026-11, 2026-10. */
export function monthsBack(count: number, now = Date.now()): string[] {
  const [year, month] = dayOf(now).split('-').map(Number) as [number, number]
  return Array.from({ length: count }, (_, back) => {
    const at = year * 12 + month - 1 - back
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
  })
}

/** The day of an instant in the region, or a calendar day as the services write it: 2026年3月5日, 5 Mar 2026. */
export function formatDate(at: string | number | null | undefined, locale: Locale): string {
  if (at === null || at === undefined || at === '') return '–'
  // A calendar day has no zone; noon keeps it that day everywhere.
  const instant = typeof at === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(at) ? `${at}T12:00:00+08:00` : at
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    timeZone: zone,
    year: 'numeric',
    month: locale === 'en' ? 'short' : 'numeric',
    day: 'numeric'
  }).format(new Date(instant))
}

/** Day and time of day in the region, to the minute. */
export function formatMoment(at: string | number | null | undefined, locale: Locale): string {
  return at === null || at === undefined || at === '' ? '–' : `${formatDate(at, locale)} ${formatTime(at, false)}`
}

/** Whole days from today in the region to a calendar day; negative when it is past. */
export function daysUntil(day: string, now = Date.now()): number {
  return Math.round((Date.parse(day) - Date.parse(dayOf(now))) / 86_400_000)
}
