import type { Page } from '@/shell/pages'

const administrators = ['regulator', 'operator', 'admin'] as const

export const pages: Page[] = [
  {
    path: '/users',
    name: 'users',
    title: ['用户与角色', 'Users and roles'],
    roles: administrators,
    nav: { group: 'access', icon: 'users', order: 10 },
    page: () => import('./UsersPage.vue')
  },
  {
    path: '/users/new',
    name: 'user-new',
    title: ['新建用户', 'New user'],
    roles: administrators,
    under: 'users',
    page: () => import('./UserNewPage.vue')
  },
  {
    path: '/users/:name',
    name: 'user',
    title: ['用户', 'User'],
    roles: administrators,
    under: 'users',
    page: () => import('./UserPage.vue')
  },
  {
    path: '/signing-keys',
    name: 'signing-keys',
    title: ['令牌签名密钥', 'Token signing keys'],
    roles: ['operator'],
    nav: { group: 'access', icon: 'key', order: 30 },
    page: () => import('./SigningKeysPage.vue')
  },
  {
    path: '/password',
    name: 'own-password',
    title: ['我的账号', 'My account'],
    page: () => import('./OwnPasswordPage.vue')
  }
]
