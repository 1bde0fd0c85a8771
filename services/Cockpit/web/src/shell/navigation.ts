import { groups, pages, type Group, type Page } from './pages'
import { mayUse } from './roles'

export interface NavGroup {
  group: Group
  pages: readonly Page[]
}

function place(page: Page): number {
  return page.nav?.order ?? 50
}

/** What somebody with these roles finds in the navigation; groups without a page are left out. */
export function navigationOf(held: readonly string[], all: readonly Page[] = pages): NavGroup[] {
  return (Object.keys(groups) as Group[])
    .map(group => ({ group, pages: all.filter(page => page.nav?.group === group && mayUse(held, page.roles)).sort((a, b) => place(a) - place(b)) }))
    .filter(entry => entry.pages.length > 0)
}

/** The page that somebody starts on: that of their work, else the cockpit. */
export function homeOf(held: readonly string[], all: readonly Page[] = pages): string {
  const own = all.find(page => page.homeOf && mayUse(held, page.homeOf))
  return own?.path ?? '/'
}
