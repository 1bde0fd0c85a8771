import type { components } from '@/api/generated/pharmacy'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { locale, type Locale } from '@/i18n'

type Schemas = components['schemas']
export type Routing = Schemas['RoutingView']
export type Candidate = Schemas['Candidate']
export type Centre = Schemas['CentreView']
export type Offer = Schemas['OfferView']
export type PriceChange = Schemas['PriceChange']

export const parts = ['distance', 'lateness', 'load', 'cost', 'consortium'] as const

export function nameOf(one: { nameZh?: string | null; nameEn?: string | null }): string {
  return (locale.value === 'en' ? one.nameEn || one.nameZh : one.nameZh) ?? ''
}

export function yuan(fen: number | null | undefined, language: Locale): string {
  if (fen === null || fen === undefined) return '–'
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'CNY', minimumFractionDigits: 2 }).format(fen / 100)
}

/** A price of a kilogram as one of ten grams, in which prescribers think. */
export function yuanPerTenGrams(fenPerKilogram: number, language: Locale): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'CNY', minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(fenPerKilogram / 10_000)
}

export function score(value: number, language: Locale): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'negative' }).format(value)
}

export function stateTone(state: string): TagTone {
  return state === 'open' ? 'good' : state === 'closing' ? 'warn' : 'bad'
}

/** Those that can take it by their score, then the others by what they lack; the chosen one first. */
export function ordered(routing: Routing): Candidate[] {
  const rank = (c: Candidate) => (c.centreCode === routing.centreCode ? 0 : c.missing.length === 0 && !c.obstacle ? 1 : 2)
  return [...routing.candidates].sort((a, b) => rank(a) - rank(b) || a.missing.length - b.missing.length || a.score - b.score)
}
