import type { Page } from '@/shell/pages'

const readers = ['pharmacist', 'prescriber', 'admin', 'his', 'regulator', 'operator'] as const

export const pages: Page[] = [
  {
    path: '/prescriptions',
    name: 'prescriptions',
    title: ['处方', 'Prescriptions'],
    roles: readers,
    nav: { group: 'prescriptions', icon: 'list', order: 20 },
    homeOf: ['prescriber'],
    page: () => import('./PrescriptionsPage.vue')
  },
  {
    path: '/prescriptions/:id',
    name: 'prescription',
    title: ['处方', 'Prescription'],
    roles: readers,
    under: 'prescriptions',
    page: () => import('./PrescriptionPage.vue')
  }
]
