import type { Page } from '@/shell/pages'

export const pages: Page[] = [
  {
    path: '/packing',
    name: 'packing',
    title: ['分装与标签', 'Packing and labels'],
    roles: ['decoction'],
    nav: { group: 'decoction', icon: 'jar', order: 40 },
    page: () => import('./PackingPage.vue')
  },
  { path: '/packing/:id', name: 'packing-job', title: ['分装核对', 'Packing check'], roles: ['decoction'], under: 'packing', page: () => import('./PackingJobPage.vue') },
  {
    path: '/parcels',
    name: 'parcels',
    title: ['包裹', 'Parcels'],
    roles: ['decoction', 'dispenser', 'pharmacist', 'courier', 'quality', 'regulator', 'operator'],
    nav: { group: 'decoction', icon: 'truck', order: 50 },
    page: () => import('./ParcelsPage.vue')
  },
  {
    path: '/parcels/:id',
    name: 'parcel',
    title: ['包裹', 'Parcel'],
    roles: ['decoction', 'dispenser', 'pharmacist', 'courier', 'quality', 'regulator', 'operator'],
    under: 'parcels',
    page: () => import('./ParcelPage.vue')
  },
  {
    path: '/deliveries',
    name: 'deliveries',
    title: ['我的配送', 'My deliveries'],
    roles: ['courier'],
    nav: { group: 'decoction', icon: 'map', order: 60 },
    homeOf: ['courier'],
    page: () => import('./DeliveriesPage.vue')
  },
  {
    path: '/notifications',
    name: 'notifications',
    title: ['患者通知', 'Messages to patients'],
    roles: ['admin', 'pharmacist', 'operator'],
    nav: { group: 'decoction', icon: 'list', order: 70 },
    page: () => import('./NotificationsPage.vue')
  }
]
