import type { Page } from '@/shell/pages'

const readers = ['quality', 'decoction', 'dispenser', 'regulator', 'operator'] as const

export const pages: Page[] = [
  { path: '/charts', name: 'charts', title: ['过程控制图', 'Control charts'], roles: readers, nav: { group: 'quality', icon: 'chart', order: 46 }, page: () => import('./ChartsPage.vue') },
  { path: '/charts/:id', name: 'chart', title: ['控制图', 'Control chart'], roles: readers, under: 'charts', page: () => import('./ChartPage.vue') }
]
