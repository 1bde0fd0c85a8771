import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/satisfaction',
    name: 'satisfaction',
    title: ['患者满意度', 'Satisfaction'],
    roles: ['quality', 'regulator', 'operator', 'admin', 'pharmacist', 'dispenser', 'decoction'],
    nav: { group: 'quality', icon: 'people', order: 80 },
    page: () => import('./SatisfactionPage.vue')
  }
]
