import { locale, type Locale } from './locale'

/** A text in both languages. */
export type Pair = readonly [zh: string, en: string]

export type Values = Record<string, string | number>

/** Fills `{name}` in a text; a name that is not given stays as it is, so that it is seen. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

/** A pair in the present language; reactive. */
export function say(pair: Pair, values?: Values): string {
  return fill(pair[locale.value === 'en' ? 1 : 0], values)
}

export interface Texts<K extends string> {
  readonly table: Readonly<Record<K, Pair>>
  /** The text in the present language; reactive. */
  readonly t: (key: K, values?: Values) => string
  readonly has: (key: string) => key is K
  /** The text of a code of a service, `prefix.code`; the code itself where there is none. */
  readonly word: (prefix: string, code: string) => string
  /** The text in a given language, for what is not on the page. */
  readonly at: (language: Locale, key: K, values?: Values) => string
}

/** A folder's texts. Each key has both languages side by side, so neither can be forgotten. */
export function defineTexts<K extends string>(table: Record<K, Pair>): Texts<K> {
  return {
    table,
    t: (key, values) => say(table[key], values),
    has: (key): key is K => Object.hasOwn(table, key),
    word: (prefix, code) => {
      const key = `${prefix}.${code}` as K
      return Object.hasOwn(table, key) ? say(table[key]) : code
    },
    at: (language, key, values) => fill(table[key][language === 'en' ? 1 : 0], values)
  }
}

export type KeyOf<T> = T extends Texts<infer K> ? K : never
