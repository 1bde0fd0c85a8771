import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/',
    name: 'cockpit',
    title: ['数字驾驶舱', 'Cockpit'],
    nav: { group: 'overview', icon: 'gauge' },
    wall: true,
    page: () => import('./CockpitPage.vue')
  }
]
