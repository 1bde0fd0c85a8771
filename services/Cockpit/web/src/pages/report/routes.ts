import type { Page } from '@/shell/pages'

const readers = ['quality', 'regulator', 'operator'] as const

export const pages: Page[] = [
  {
    path: '/reports',
    name: 'reports',
    title: ['监管月报', 'Monthly reports'],
    roles: readers,
    nav: { group: 'quality', icon: 'clipboard', order: 90 },
    page: () => import('./ReportsPage.vue')
  },
  { path: '/reports/figures/:code', name: 'report-figure', title: ['数字背后的记录', 'Records behind a number'], roles: readers, under: 'reports', page: () => import('./FigurePage.vue') },
  { path: '/reports/:id', name: 'report', title: ['监管月报', 'Monthly report'], roles: readers, under: 'reports', page: () => import('./ReportPage.vue') }
]
