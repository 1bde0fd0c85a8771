import type { Page } from '@/shell/pages'

const watchers = ['pharmacist', 'dispenser', 'admin', 'regulator', 'operator', 'quality', 'prescriber'] as const

export const pages: Page[] = [
  {
    path: '/routing',
    name: 'routing',
    title: ['派单看板', 'Routing board'],
    roles: watchers,
    nav: { group: 'pharmacy', icon: 'map', order: 20 },
    page: () => import('./RoutingPage.vue')
  },
  { path: '/routing/wall', name: 'routing-wall', title: ['派单看板', 'Routing board'], roles: watchers, under: 'routing', wall: true, page: () => import('./RoutingWallPage.vue') },
  {
    path: '/centres',
    name: 'centres',
    title: ['共享中药房', 'Centres'],
    roles: watchers,
    nav: { group: 'pharmacy', icon: 'building', order: 22 },
    page: () => import('./CentresPage.vue')
  },
  { path: '/centres/:code', name: 'centre', title: ['共享中药房', 'Centre'], roles: watchers, under: 'centres', page: () => import('./CentrePage.vue') }
]
