import { shallowRef } from 'vue'
import { isChinese, nameOf } from '@/i18n'
import { regionName as builtInName, subtreePrefix } from '@/regions'
import { answer, institutions } from './client'
import type { components } from './generated/institutions'

export type Region = components['schemas']['Region']

const all = shallowRef<readonly Region[]>([])
let reading: Promise<void> | null = null

/** The regions that the register knows; read once, when they are first asked for. */
export function useRegions(): typeof all {
  reading ??= answer(institutions.GET('/api/institutions/regions'))
    .then(found => {
      all.value = found
    })
    .catch(() => {
      // Names stand in for what cannot be read; whoever comes next asks again.
      reading = null
    })
  return all
}

export function regionNameOf(code: string): string {
  const known = all.value.find(region => region.code === code)
  return known ? nameOf(known.nameZh, known.nameEn, code) : builtInName(code, isChinese.value)
}

/** A county with its city before it: 杭州市 西湖区. */
export function regionPath(code: string): string {
  const city = `${code.slice(0, 4)}00`
  return code.endsWith('00') ? regionNameOf(code) : isChinese.value ? `${regionNameOf(city)} ${regionNameOf(code)}` : `${regionNameOf(code)}, ${regionNameOf(city)}`
}

/** Those of the register within a home region, that one first, as choices set in by their depth. */
export function regionChoices(home: string | undefined): { value: string; text: string }[] {
  const prefix = home ? subtreePrefix(home) : ''
  return all.value
    .filter(region => region.code.startsWith(prefix))
    .map(region => region.code)
    .sort()
    .map(code => ({ value: code, text: '\u3000'.repeat(code.endsWith('0000') ? 0 : code.endsWith('00') ? 1 : 2) + regionNameOf(code) }))
}
