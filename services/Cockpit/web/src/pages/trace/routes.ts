import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/trace',
    name: 'trace',
    title: ['双向追溯', 'Trace'],
    roles: ['regulator', 'operator', 'quality', 'pharmacist', 'admin', 'service'],
    nav: { group: 'trace', icon: 'chain', order: 10 },
    page: () => import('./TracePage.vue')
  }
]
