import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, reactive } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { Refusal } from '@/api/problem'
import DataTable from '@/blocks/DataTable.vue'
import type { PageAsk, PageOf } from '@/blocks/table'

interface Row {
  id: string
  n: number
}

const columns = [
  { key: 'id', title: 'Id', text: (row: Row) => row.id },
  { key: 'n', title: 'N', text: (row: Row) => row.n, sort: 'n', end: true }
]
const asked: PageAsk[] = []
let answer: (ask: PageAsk) => PageOf<Row>

beforeEach(() => {
  asked.length = 0
  answer = ask => {
    const from = Number(ask.next ?? 0)
    return { items: [1, 2].map(i => ({ id: `r${from + i}`, n: from + i })), next: from < 4 ? String(from + 2) : null, total: 6 }
  }
})

async function open(more: Record<string, unknown> = {}) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  const page = mount(
    defineComponent(() => () =>
      h(DataTable<Row>, {
        caption: 'Rows',
        columns,
        rowKey: (row: Row) => row.id,
        to: (row: Row) => `/rows/${row.id}`,
        size: 2,
        load: async (ask: PageAsk) => {
          asked.push(ask)
          return answer(ask)
        },
        ...more
      })
    ),
    { global: { plugins: [router] }, attachTo: document.body }
  )
  await flushPromises()
  return { page, router }
}

const rows = (page: Awaited<ReturnType<typeof open>>['page']) => page.findAll('tbody tr').map(row => row.attributes('data-row'))

describe('a list', () => {
  it('goes forward and back by the service’s tokens', async () => {
    const { page } = await open()
    expect(rows(page)).toEqual(['r1', 'r2'])
    const [back, next] = page.findAll('.list__pages button')
    expect(back!.attributes('disabled')).toBeDefined()
    await next!.trigger('click')
    await flushPromises()
    expect(rows(page)).toEqual(['r3', 'r4'])
    expect(page.get('.list__pages').text()).toContain('3–4')
    await page.findAll('.list__pages button')[0]!.trigger('click')
    await flushPromises()
    expect(rows(page)).toEqual(['r1', 'r2'])
    expect(asked.map(ask => ask.next)).toEqual([null, '2', null])
    page.unmount()
  })

  it('sorts up, down and not at all, each time from the beginning', async () => {
    const { page } = await open()
    for (let i = 0; i < 3; i++) {
      await page.get('.list__sort').trigger('click')
      await flushPromises()
    }
    expect(asked.map(ask => ask.sort)).toEqual([null, 'n', '-n', null])
    page.unmount()
  })

  it('begins anew when a filter changes, after whoever types has finished', async () => {
    vi.useFakeTimers()
    const filters = reactive({ search: '' })
    const { page } = await open({ filters })
    filters.search = 'a'
    await vi.advanceTimersByTimeAsync(100)
    filters.search = 'ab'
    await vi.advanceTimersByTimeAsync(300)
    expect(asked).toHaveLength(2)
    vi.useRealTimers()
    page.unmount()
  })

  it('moves from row to row with the arrow keys and opens by its link', async () => {
    const { page, router } = await open()
    const links = page.findAll<HTMLAnchorElement>('[data-row-link]')
    links[0]!.element.focus()
    await page.get('tbody').trigger('keydown', { key: 'ArrowDown' })
    expect(document.activeElement).toBe(links[1]!.element)
    await links[1]!.trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.path).toBe('/rows/r2')
    page.unmount()
  })

  it('tells nothing at all from nothing that matches', async () => {
    answer = () => ({ items: [], next: null, total: 0 })
    const { page } = await open()
    expect(page.text()).toContain('还没有记录')
    page.unmount()
    const filtered = await open({ filters: reactive({ search: 'x' }) })
    expect(filtered.page.text()).toContain('没有符合条件的记录')
    filtered.page.unmount()
  })

  it('says why it is not there, and asks again', async () => {
    answer = () => {
      throw new Refusal(500, { faults: [{ code: 'GEN-0500', zh: '系统内部错误', en: 'an internal error' }], requestId: 'abc' })
    }
    const { page } = await open()
    expect(page.get('[role="alert"]').text()).toContain('系统内部错误')
    expect(page.text()).toContain('abc')
    answer = () => ({ items: [{ id: 'r9', n: 9 }], next: null, total: 1 })
    await page.get('[role="alert"] button').trigger('click')
    await flushPromises()
    expect(rows(page)).toEqual(['r9'])
    page.unmount()
  })

  it('keeps what it has when it cannot be read again, and calls it stale', async () => {
    const { page } = await open()
    answer = () => {
      throw new Refusal(503, {})
    }
    await page.get('.list__sort').trigger('click')
    await flushPromises()
    expect(rows(page)).toEqual(['r1', 'r2'])
    expect(page.get('.stale').text()).toContain('未能更新')
    page.unmount()
  })
})
