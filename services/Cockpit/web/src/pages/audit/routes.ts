import type { Page } from '@/shell/pages'

const readers = ['pharmacist', 'prescriber', 'quality', 'admin', 'his', 'regulator', 'operator'] as const

export const pages: Page[] = [
  {
    path: '/audit',
    name: 'audit',
    title: ['药典与规则', 'Pieces and rules'],
    roles: readers,
    nav: { group: 'prescriptions', icon: 'shield', order: 30 },
    page: () => import('./AuditPage.vue')
  },
  { path: '/audit/pieces/:name', name: 'audit-piece', title: ['饮片', 'Piece'], roles: readers, under: 'audit', page: () => import('./PiecePage.vue') },
  { path: '/audit/formulas/:name', name: 'audit-formula', title: ['方剂', 'Formula'], roles: readers, under: 'audit', page: () => import('./FormulaPage.vue') }
]
