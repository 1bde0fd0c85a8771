import { shallowRef, watch } from 'vue'
import { isChinese } from './locale'

const names = shallowRef<Record<string, [pinyin: string, latin: string]>>({})

// Who reads Chinese does not fetch them. Who cannot fetch them reads the Chinese names.
watch(
  isChinese,
  async chinese => {
    if (!chinese) names.value = (await import('@/api/generated/medicines').catch(() => ({ medicines: {} }))).medicines
  },
  { immediate: true }
)

const known = (zh: string) => (isChinese.value ? undefined : names.value[zh])

/** A herb or formula in the present language: in English its pinyin. Where a prescription is worked on, its own words stand instead. */
export function medicineOf(zh: string): string {
  return known(zh)?.[0] ?? zh
}

/** With all its names: “Huang Qi · Astragali Radix · 黄芪”. */
export function medicineInFull(zh: string): string {
  return [...(known(zh) ?? []), zh].filter(Boolean).join(' · ')
}
