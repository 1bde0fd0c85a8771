import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import StationPage from '@/pages/bench/StationPage.vue'
import GoodsBackPage from '@/pages/stock/GoodsBackPage.vue'
import ReportDialog from '@/pages/indicators/parts/ReportDialog.vue'
import ClientsPart from '@/pages/institutions/parts/ClientsPart.vue'
import NewClientDialog from '@/pages/institutions/parts/NewClientDialog.vue'

/** Answers that come when they are told to, by what was asked for; the page's modules are loaded with the fetch of the test. */
const asked = new Map<string, (body: unknown) => void>()

beforeEach(() => {
  asked.clear()
  vi.stubGlobal('fetch', (request: Request) => {
    const url = new URL(request.url)
    return new Promise<Response>(resolve =>
      asked.set(url.pathname + url.search, body => resolve(new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })))
    )
  })
})

async function answered(what: string, body: unknown): Promise<void> {
  await vi.waitFor(() => expect([...asked.keys()]).toContain(what), { timeout: 60_000 })
  asked.get(what)!(body)
  await flushPromises()
}

describe('answers in another order', () => {
  it('of two numbers the one that was asked for last is shown', async () => {
    const page = mount(GoodsBackPage, { global: { stubs: { RouterLink: true } } })
    const scan = async (number: string) => {
      await page.get('.scan input').setValue(number)
      await page.get('.scan').trigger('submit')
    }
    const found = (hisNumber: string) => ({ items: [{ prescriptionId: hisNumber, hisNumber, institutionCode: 'I', revision: 1, checkedAt: '2026-01-05T00:00:00Z', lines: [] }] })
    await scan('FIRST')
    await scan('SECOND')
    await answered('/api/pharmacy/handed-out?number=SECOND', found('SECOND'))
    await answered('/api/pharmacy/handed-out?number=FIRST', found('FIRST'))
    expect(page.text()).toContain('SECOND')
    expect(page.text()).not.toContain('FIRST')
  })

  it('a program that is made before the others are read stands among them', async () => {
    const page = mount(ClientsPart, { props: { code: 'H' }, global: { stubs: { NewClientDialog: true } } })
    const list = '/api/institutions/H/clients?limit=200'
    await vi.waitFor(() => expect([...asked.keys()]).toContain(list), { timeout: 60_000 })
    asked.delete(list)
    const client = { id: 'his-new', name: 'HIS', roles: ['his'], status: 'active', secrets: [] }
    await page.get('button').trigger('click')
    page.getComponent(NewClientDialog).vm.$emit('created', { client, secret: 'told once' })
    await answered(list, { items: [client] })
    expect(page.find('[data-client=his-new]').exists()).toBe(true)
    page.unmount()
  })

  it('a prescription that was left is not opened again by what was asked before', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const page = mount(StationPage, { global: { stubs: { TrayList: true, RouterLink: true } }, attachTo: document.body })
    const one = '/api/pharmacy/dispensings/P'
    await answered('/api/pharmacy/work?state=dispensing&limit=50', { items: [{ prescriptionId: 'P', hisNumber: 'H', state: 'dispensing', lines: [], doses: 1 }] })
    await answered('/api/pharmacy/work?state=reserved&limit=50', { items: [] })
    await page.get('.bench__row').trigger('click')
    const waiting = { prescriptionId: 'P', hisNumber: 'H', lines: [], doses: 1, state: 'dispensing', next: { action: 'witness', lineNumber: 1 } }
    await answered(one, waiting)
    asked.delete(one)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(asked.has(one)).toBe(true)
    expect(page.find('.bench__head').exists()).toBe(true)
    dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))
    await answered(one, waiting)
    expect(page.find('.bench__head').exists()).toBe(false)
    page.unmount()
    vi.useRealTimers()
  })

  it('a plan’s own region is chosen also when the regions come after the plan', async () => {
    mount(ReportDialog, { attachTo: document.body })
    const plan = { code: 'p', regionCode: '330782', nameZh: '规划', nameEn: 'Plan', computed: 0, indicators: 1 }
    await answered('/api/cockpit/plans', { items: [plan] })
    const select = (name: string) => document.querySelector<HTMLSelectElement>(`select[name=${name}]`)!
    select('plan').value = 'p'
    select('plan').dispatchEvent(new Event('change'))
    await answered('/api/cockpit/plans/p', { ...plan, indicators: [{ seq: 1, nameZh: '数', nameEn: 'Number', kind: 'count' }] })
    select('seq').value = '1'
    select('seq').dispatchEvent(new Event('change'))
    await answered('/api/institutions/regions', [{ code: '330700', nameZh: '金华市', nameEn: 'Jinhua' }, { code: '330782', nameZh: '义乌市', nameEn: 'Yiwu' }])
    expect(select('regionCode').value).toBe('330782')
    expect(select('seq').value).toBe('1')
  })
})
