import { computed, ref } from 'vue'

export type Locale = 'zh-CN' | 'en'

const stored = 'tcm.locale'

function remembered(): Locale {
  try {
    return localStorage.getItem(stored) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

export const locale = ref<Locale>(remembered())

export const isChinese = computed(() => locale.value === 'zh-CN')

export function setLocale(next: Locale): void {
  locale.value = next
  document.documentElement.lang = next
  try {
    localStorage.setItem(stored, next)
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

/** Of two names, that of the present language; where that one is missing the other, and else what there is. */
export function nameOf(zh: string | null | undefined, en: string | null | undefined, otherwise = ''): string {
  return (isChinese.value ? zh || en : en || zh) || otherwise
}
