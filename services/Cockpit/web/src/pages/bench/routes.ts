import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/station',
    name: 'station',
    title: ['调剂台', 'Dispensing station'],
    roles: ['dispenser'],
    nav: { group: 'pharmacy', icon: 'scan', order: 10 },
    homeOf: ['dispenser'],
    page: () => import('./StationPage.vue')
  },
  {
    path: '/checking',
    name: 'checking',
    title: ['复核台', "Checker's station"],
    roles: ['dispenser', 'pharmacist'],
    nav: { group: 'pharmacy', icon: 'check', order: 12 },
    page: () => import('./CheckingPage.vue')
  },
  {
    path: '/controlled-register',
    name: 'controlled-register',
    title: ['毒麻专用账册', 'Controlled register'],
    roles: ['dispenser', 'pharmacist', 'admin', 'quality', 'regulator'],
    nav: { group: 'pharmacy', icon: 'lock', order: 30 },
    page: () => import('./RegisterPage.vue')
  }
]
