import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import { answer, institutions } from '@/api/client'
import { nameOf } from '@/i18n'
import { who } from '@/shell/session'

interface Named {
  nameZh?: string
  nameEn?: string
}

const known = new Map<string, Promise<Named | null>>()

function read(code: string): Promise<Named | null> {
  let asked = known.get(code)
  if (!asked) {
    asked = answer(institutions.GET('/api/institutions/{code}', { params: { path: { code } } })).then(
      found => found as Named,
      // Not everybody may look into the register; the code still says which it is.
      () => null
    )
    known.set(code, asked)
  }
  return asked
}

/** The name of an institution in the present language: one's own at once, another as soon as the register has told it; its code meanwhile. */
export function useInstitutionName(code: () => string | undefined): ComputedRef<string> {
  const told = shallowRef<Named | null>(null)
  watch(
    code,
    async wanted => {
      told.value = null
      if (!wanted || who.value?.institution?.code === wanted) return
      const found = await read(wanted)
      if (code() === wanted) told.value = found
    },
    { immediate: true }
  )
  return computed(() => {
    const wanted = code() ?? ''
    const own = who.value?.institution
    return own?.code === wanted ? nameOf(own.zh, own.en, wanted) : nameOf(told.value?.nameZh, told.value?.nameEn, wanted)
  })
}
