import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/access-log',
    name: 'access-log',
    title: ['患者身份查阅记录', 'Access to patient identity'],
    roles: ['regulator', 'operator', 'admin'],
    nav: { group: 'access', icon: 'eye', order: 20 },
    page: () => import('./AccessLogPage.vue')
  }
]
