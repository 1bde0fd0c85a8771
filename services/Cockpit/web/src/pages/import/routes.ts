import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/import',
    name: 'import',
    title: ['批量导入', 'Import'],
    roles: ['regulator', 'operator', 'admin'],
    nav: { group: 'register', icon: 'upload', order: 30 },
    page: () => import('./ImportPage.vue')
  }
]
