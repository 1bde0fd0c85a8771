import type { Page } from '@/shell/pages'

const readers = ['regulator', 'operator', 'quality', 'pharmacist', 'admin', 'service'] as const

export const pages: Page[] = [
  {
    path: '/recalls',
    name: 'recalls',
    title: ['召回', 'Recalls'],
    roles: readers,
    nav: { group: 'trace', icon: 'warning', order: 20 },
    page: () => import('./RecallsPage.vue')
  },
  {
    path: '/recalls/new',
    name: 'recall-new',
    title: ['发起召回', 'Call back'],
    roles: ['regulator', 'operator', 'quality', 'service'],
    under: 'recalls',
    page: () => import('./RecallNewPage.vue')
  },
  { path: '/recalls/:id', name: 'recall', title: ['召回', 'Recall'], roles: readers, under: 'recalls', page: () => import('./RecallPage.vue') }
]
