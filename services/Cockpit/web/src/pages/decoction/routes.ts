import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/decoction',
    name: 'decoction-board',
    title: ['煎药看板', 'Decoction board'],
    roles: ['decoction', 'pharmacist'],
    nav: { group: 'decoction', icon: 'flame', order: 10 },
    homeOf: ['decoction'],
    page: () => import('./BoardPage.vue')
  },
  {
    path: '/decoction/wall',
    name: 'decoction-wall',
    title: ['煎药看板', 'Decoction board'],
    roles: ['decoction', 'pharmacist'],
    wall: true,
    page: () => import('./BoardPage.vue')
  },
  {
    path: '/decoction/deviations',
    name: 'deviations',
    title: ['例外审核', 'Review by exception'],
    roles: ['pharmacist', 'quality', 'decoction', 'regulator', 'operator'],
    nav: { group: 'decoction', icon: 'warning', order: 12 },
    page: () => import('./DeviationsPage.vue')
  },
  {
    path: '/decoction/vessels',
    name: 'vessels',
    title: ['煎药锅', 'Vessels'],
    roles: ['decoction', 'pharmacist'],
    nav: { group: 'decoction', icon: 'jar', order: 14 },
    page: () => import('./VesselsPage.vue')
  },
  {
    path: '/decoction/records/:id',
    name: 'batch-record',
    title: ['批记录', 'Batch record'],
    roles: ['decoction', 'pharmacist', 'quality', 'regulator', 'operator'],
    under: 'deviations',
    page: () => import('./RecordPage.vue')
  }
]
