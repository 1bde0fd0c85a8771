import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  { path: '/p/:code', name: 'patient', title: ['我的中药', 'My medicine'], open: true, page: () => import('./PatientPage.vue') },
  // What a GS1 Digital Link on a bag leads to; the public code stands in its query.
  { path: '/01/:gtin(\\d{14})/21/:serial', name: 'patient-link', title: ['我的中药', 'My medicine'], open: true, page: () => import('./PatientPage.vue') }
]
