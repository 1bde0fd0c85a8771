import type { Page } from '@/shell/pages'

const readers = ['quality', 'regulator', 'operator'] as const
const others = ['quality', 'dispenser', 'regulator', 'operator'] as const

export const pages: Page[] = [
  { path: '/release', name: 'release', title: ['批次检验与放行', 'Lot tests and release'], roles: readers, nav: { group: 'quality', icon: 'flask', order: 40 }, page: () => import('./ReleasePage.vue') },
  { path: '/release/:id', name: 'release-lot', title: ['批次检验', 'Lot tests'], roles: others, under: 'release', page: () => import('./ReleaseLotPage.vue') },
  { path: '/suppliers', name: 'suppliers', title: ['供应商评分', 'Supplier scores'], roles: others, nav: { group: 'quality', icon: 'truck', order: 44 }, page: () => import('./SuppliersPage.vue') },
  { path: '/suppliers/card', name: 'supplier', title: ['供应商', 'Supplier'], roles: others, under: 'suppliers', page: () => import('./SupplierPage.vue') }
]
