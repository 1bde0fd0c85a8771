import { computed, ref } from 'vue'
import { en } from './en'
import { zh, type MessageKey } from './zh'

export type { MessageKey } from './zh'
export type Locale = 'zh-CN' | 'en'

const tables: Record<Locale, Record<MessageKey, string>> = { 'zh-CN': zh, en }
const stored = 'tcm.locale'

function remembered(): Locale {
  try {
    return localStorage.getItem(stored) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

export const locale = ref<Locale>(remembered())

export function setLocale(next: Locale): void {
  locale.value = next
  document.documentElement.lang = next
  try {
    localStorage.setItem(stored, next)
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

/** Fills `{name}` in a message; a name that is not given stays as it is, so that it is seen. */
export function fill(message: string, values: Record<string, string | number> = {}): string {
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

export function messageOf(at: Locale, key: MessageKey, values?: Record<string, string | number>): string {
  return fill(tables[at][key], values)
}

/** The message in the present language; reactive. */
export function t(key: MessageKey, values?: Record<string, string | number>): string {
  return messageOf(locale.value, key, values)
}

export function isMessageKey(key: string): key is MessageKey {
  return key in zh
}

export const isChinese = computed(() => locale.value === 'zh-CN')
