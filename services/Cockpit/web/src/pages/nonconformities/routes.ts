import type { Page } from '@/shell/pages'

const readers = ['quality', 'decoction', 'dispenser', 'regulator', 'operator'] as const

export const pages: Page[] = [
  { path: '/nonconformities', name: 'nonconformities', title: ['不符合项与纠正预防', 'Nonconformities and CAPA'], roles: readers, nav: { group: 'quality', icon: 'warning', order: 48 }, page: () => import('./BoardPage.vue') },
  { path: '/nonconformities/:id', name: 'nonconformity', title: ['不符合项', 'Nonconformity'], roles: readers, under: 'nonconformities', page: () => import('./CasePage.vue') }
]
