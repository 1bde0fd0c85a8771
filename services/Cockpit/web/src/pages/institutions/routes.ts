import type { Page } from '@/shell/pages'

const staff = ['regulator', 'operator', 'quality', 'admin'] as const
const registrars = ['regulator', 'operator'] as const
const editors = ['regulator', 'operator', 'admin'] as const

export const pages: Page[] = [
  {
    path: '/institutions',
    name: 'institutions',
    title: ['机构名册', 'Institutions'],
    roles: ['regulator', 'operator', 'quality'],
    nav: { group: 'register', icon: 'building', order: 10 },
    page: () => import('./InstitutionsPage.vue')
  },
  {
    path: '/institutions/new',
    name: 'institution-new',
    title: ['登记机构', 'Register an institution'],
    roles: registrars,
    under: 'institutions',
    page: () => import('./InstitutionEditPage.vue')
  },
  {
    path: '/institution',
    name: 'own-institution',
    title: ['本机构', 'My institution'],
    roles: ['admin'],
    nav: { group: 'register', icon: 'building', order: 10 },
    page: () => import('./OwnInstitutionPage.vue')
  },
  {
    path: '/institutions/:code',
    name: 'institution',
    title: ['机构', 'Institution'],
    roles: staff,
    under: 'institutions',
    page: () => import('./InstitutionPage.vue')
  },
  {
    path: '/institutions/:code/edit',
    name: 'institution-edit',
    title: ['编辑机构', 'Edit the institution'],
    roles: editors,
    under: 'institutions',
    page: () => import('./InstitutionEditPage.vue')
  }
]
