import { shallowRef } from 'vue'
import { nameOf } from '@/i18n'
import { answer, pharmacy } from './client'

type Named = { code: string; nameZh: string; nameEn: string }

const centres = shallowRef<ReadonlyMap<string, Named> | null>(null)
let asked = false

/** The name of a shared pharmacy; its code until the names are there, and for those who may not read them. Reactive. */
export function centreNameOf(code: string): string {
  if (!asked) {
    asked = true
    void read()
  }
  const found = centres.value?.get(code)
  return found ? nameOf(found.nameZh, found.nameEn, code) : code
}

/** Every centre that is known by name, for a choice. */
export function centreChoices(): { value: string; text: string }[] {
  centreNameOf('')
  return [...(centres.value?.values() ?? [])].map(centre => ({ value: centre.code, text: nameOf(centre.nameZh, centre.nameEn, centre.code) }))
}

async function read(): Promise<void> {
  try {
    const page = await answer(pharmacy.GET('/api/pharmacy/centres', { params: { query: { limit: 200 } } }))
    centres.value = new Map(page.items.map(centre => [centre.code, centre as Named]))
  } catch {
    // The codes are shown instead; the next page asks again.
    asked = false
    centres.value = new Map()
  }
}
