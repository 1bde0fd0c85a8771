import type { Page } from '@/shell/pages'

const readers = ['quality', 'regulator', 'operator', 'admin', 'pharmacist', 'dispenser', 'decoction'] as const

export const pages: Page[] = [
  {
    path: '/evaluation',
    name: 'evaluation',
    title: ['综合评价', 'Evaluation'],
    roles: readers,
    nav: { group: 'quality', icon: 'chart', order: 70 },
    page: () => import('./RankingPage.vue')
  },
  { path: '/evaluation/:code', name: 'evaluation-of', title: ['机构评价', 'Evaluation'], roles: readers, under: 'evaluation', page: () => import('./EvaluationPage.vue') }
]
