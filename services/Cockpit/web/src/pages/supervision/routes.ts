import type { Page } from '@/shell/pages'

const readers = ['quality', 'regulator', 'operator', 'admin', 'pharmacist'] as const

export const pages: Page[] = [
  {
    path: '/supervision',
    name: 'supervision',
    title: ['行为监管', 'Behaviour supervision'],
    roles: readers,
    nav: { group: 'quality', icon: 'eye', order: 60 },
    page: () => import('./AlertsPage.vue')
  },
  { path: '/supervision/:id', name: 'supervision-alert', title: ['监管线索', 'Alert'], roles: readers, under: 'supervision', page: () => import('./AlertPage.vue') }
]
