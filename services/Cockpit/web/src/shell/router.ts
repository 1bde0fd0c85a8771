import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { say, t, type Pair } from '@/i18n'
import { homeOf } from './navigation'
import { pages, type Page } from './pages'
import type { Role } from './roles'
import { load, may, mustChangePassword, onEnded, who } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    title?: Pair
    roles?: readonly Role[]
    wall?: boolean
    nav?: string
    /** Reached without having signed in. */
    open?: boolean
    /** For whoever has the address. */
    anybody?: boolean
  }
}

const signInPath = '/sign-in'

function routeOf(page: Page): RouteRecordRaw {
  return {
    path: page.path,
    name: page.name,
    component: page.page,
    meta: {
      title: page.title,
      nav: page.under ?? page.name,
      ...(page.roles ? { roles: page.roles } : {}),
      ...(page.wall ? { wall: true } : {}),
      ...(page.open ? { wall: true, anybody: true } : {})
    }
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: signInPath, name: 'sign-in', component: () => import('./SignInPage.vue'), meta: { open: true, wall: true } },
    ...pages.map(routeOf),
    { path: '/forbidden', name: 'forbidden', component: () => import('./ForbiddenPage.vue') },
    { path: '/:rest(.*)*', name: 'not-found', component: () => import('./NotFoundPage.vue') }
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 })
})

/** Only paths of this application are gone back to. */
export function safeNext(next: unknown): string | null {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) && !next.startsWith(signInPath) ? next : null
}

/** After the sign-in: back to where one was, else to where one's work is. */
export function afterSignIn(): string {
  return safeNext(router.currentRoute.value.query.next) ?? homeOf(who.value?.roles ?? [])
}

export function toSignIn(from: RouteLocationNormalized) {
  return { path: signInPath, query: from.fullPath === '/' ? {} : { next: from.fullPath } }
}

let asked = false

router.beforeEach(async to => {
  if (to.meta.anybody) return true
  if (!asked) {
    asked = true
    await load()
  }
  if (to.meta.open) return who.value === null ? true : afterSignIn()
  if (who.value === null) return toSignIn(to)
  if (mustChangePassword.value) return to.name === 'own-password' ? true : { name: 'own-password', query: { next: to.fullPath } }
  if (!may(to.meta.roles)) return { name: 'forbidden', query: { page: to.path }, replace: true }
  return true
})

router.afterEach(to => {
  document.title = to.meta.title ? `${say(to.meta.title)} · ${t('app.name')}` : t('app.title')
})

// A page's script that is gone belongs to an older version: the new one is fetched with the page.
router.onError((error, to) => {
  if (/dynamically imported module|Importing a module script/i.test(String(error))) location.assign(to.fullPath)
})

onEnded(() => {
  const here = router.currentRoute.value
  if (!here.meta.open && !here.meta.anybody) void router.replace(toSignIn(here))
})
