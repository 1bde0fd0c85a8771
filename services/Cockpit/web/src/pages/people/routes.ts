import type { Page } from '@/shell/pages'

const readers = ['regulator', 'operator', 'quality', 'admin'] as const
const editors = ['regulator', 'operator', 'admin'] as const

export const pages: Page[] = [
  {
    path: '/practitioners',
    name: 'practitioners',
    title: ['执业人员', 'Practitioners'],
    roles: readers,
    nav: { group: 'register', icon: 'people', order: 20 },
    page: () => import('./PractitionersPage.vue')
  },
  {
    path: '/practitioners/new',
    name: 'practitioner-new',
    title: ['登记人员', 'Register a practitioner'],
    roles: editors,
    under: 'practitioners',
    page: () => import('./PractitionerEditPage.vue')
  },
  {
    path: '/practitioners/:code',
    name: 'practitioner',
    title: ['执业人员', 'Practitioner'],
    roles: readers,
    under: 'practitioners',
    page: () => import('./PractitionerPage.vue')
  },
  {
    path: '/practitioners/:code/edit',
    name: 'practitioner-edit',
    title: ['编辑人员', 'Edit the practitioner'],
    roles: editors,
    under: 'practitioners',
    page: () => import('./PractitionerEditPage.vue')
  }
]
