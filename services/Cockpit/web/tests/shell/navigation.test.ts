import { describe, expect, it } from 'vitest'
import { homeOf, navigationOf } from '@/shell/navigation'
import { pages, type Page } from '@/shell/pages'
import { mayUse, roles } from '@/shell/roles'
import { safeNext } from '@/shell/router'

const page = (name: string, more: Partial<Page> = {}): Page => ({
  path: `/${name}`,
  name,
  title: ['页', 'Page'],
  page: () => Promise.reject(new Error('not opened here')),
  ...more
})

describe('navigation', () => {
  it('shows a role what it may use, group by group, in order', () => {
    const all = [
      page('b', { nav: { group: 'access', icon: 'key' }, roles: ['operator'] }),
      page('late', { nav: { group: 'register', icon: 'list' } }),
      page('early', { nav: { group: 'register', icon: 'list', order: 1 } }),
      page('hidden')
    ]
    expect(navigationOf(['operator'], all).map(g => [g.group, g.pages.map(p => p.name)])).toEqual([
      ['register', ['early', 'late']],
      ['access', ['b']]
    ])
    expect(navigationOf(['courier'], all).map(g => g.group)).toEqual(['register'])
  })

  it('starts somebody on the page of their work', () => {
    const all = [page('desk', { homeOf: ['pharmacist'] })]
    expect(homeOf(['pharmacist'], all)).toBe('/desk')
    expect(homeOf(['regulator'], all)).toBe('/')
  })

  it('knows a page that is for everybody', () => {
    expect(mayUse([], undefined)).toBe(true)
    expect(mayUse(['courier'], ['operator'])).toBe(false)
  })
})

describe('pages', () => {
  it('have names and paths of their own', () => {
    expect(pages.length).toBeGreaterThan(8)
    expect(new Set(pages.map(p => p.name)).size).toBe(pages.length)
    expect(new Set(pages.map(p => p.path)).size).toBe(pages.length)
    for (const p of pages) expect(p.path).toMatch(/^\//)
  })

  it('are for roles that exist, and mark an entry of the navigation that exists', () => {
    for (const p of pages) {
      for (const role of [...(p.roles ?? []), ...(p.homeOf ?? [])]) expect(roles).toContain(role)
      if (p.under) expect(pages.find(other => other.name === p.under)?.nav, p.name).toBeDefined()
    }
  })
})

describe('where one goes after the sign-in', () => {
  it('is within the application', () => {
    expect(safeNext('/users?role=admin')).toBe('/users?role=admin')
    for (const bad of ['//example.org/', '/\\example.org', 'https://example.org/', 'users', '/sign-in', undefined, ['/users']]) expect(safeNext(bad)).toBeNull()
  })
})
