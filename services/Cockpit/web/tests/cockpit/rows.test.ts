import { mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import RegionRows from '@/pages/cockpit/map/RegionRows.vue'
import type { Row } from '@/pages/cockpit/map/useMapData'

const row = (key: string, value: number | null, kind: Row['kind'] = 'institution'): Row => ({ key, kind, name: key, value, text: String(value) })
const counties = [row('330102', 3, 'region'), row('330105', 1, 'region')]

async function entered() {
  const rows = mount(RegionRows, { props: { rows: counties, known: true, label: 'rows', empty: 'none', here: null }, attachTo: document.body })
  const county = rows.get<HTMLButtonElement>('[data-key="330102"]')
  county.element.focus()
  await county.trigger('click')
  await rows.setProps({ rows: [], known: false })
  return rows
}
const at = () => (document.activeElement as HTMLElement).dataset.key

describe('the map as a list', () => {
  it('gives the focus to the first of a region when it is known which that is', async () => {
    const rows = await entered()
    await rows.setProps({ rows: [row('A', null), row('B', null)] })
    expect(at()).toBeUndefined()
    await rows.setProps({ rows: [row('B', 2), row('A', 1)], known: true })
    await nextTick()
    expect(at()).toBe('B')
    rows.unmount()
  })

  it('leaves it where somebody put it, whatever the order becomes', async () => {
    const rows = await entered()
    await rows.setProps({ rows: [row('B', 2), row('A', 1)], known: true })
    rows.get<HTMLButtonElement>('[data-key="A"]').element.focus()
    await rows.setProps({ rows: [row('A', 3), row('B', 2)] })
    expect(at()).toBe('A')
    rows.get<HTMLButtonElement>('[data-key="A"]').element.blur()
    await rows.setProps({ rows: [row('B', 4), row('A', 3)] })
    expect(at()).toBeUndefined()
    rows.unmount()
  })
})
