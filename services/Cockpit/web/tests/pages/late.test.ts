import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
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
