import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/review',
    name: 'review',
    title: ['审方', 'Review'],
    roles: ['pharmacist'],
    nav: { group: 'prescriptions', icon: 'clipboard', order: 10 },
    homeOf: ['pharmacist'],
    page: () => import('./ReviewPage.vue')
  }
]
