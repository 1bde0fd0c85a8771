import type { Component } from 'vue'
import type { Pair } from '@/i18n'
import type { IconName } from '@/blocks/icons'
import type { Role } from './roles'

/** A group of the navigation, in the order shown. */
export const groups = {
  overview: ['总览', 'Overview'],
  prescriptions: ['处方', 'Prescriptions'],
  pharmacy: ['共享中药房', 'Shared pharmacy'],
  decoction: ['煎药与配送', 'Decoction and delivery'],
  quality: ['质量控制', 'Quality control'],
  trace: ['追溯', 'Traceability'],
  register: ['机构与人员', 'Institutions and people'],
  access: ['账号与安全', 'Accounts and security']
} as const satisfies Record<string, Pair>

export type Group = keyof typeof groups

/** A page, as its folder's `routes.ts` declares it. */
export interface Page {
  /** Vue Router's path, from the root: `/institutions/:code`. */
  path: string
  /** Unique; what links and tests name it by. */
  name: string
  title: Pair
  /** Who may see it; without, everybody who is signed in. The services decide again, whatever is shown here. */
  roles?: readonly Role[]
  /** Its place in the navigation; without, it is reached from another page only. */
  nav?: { group: Group; icon: IconName; /** Its place within the group: smaller is higher; 50 without. */ order?: number }
  /** Whose first page it is. */
  homeOf?: readonly Role[]
  /** The entry of the navigation that is marked while this page is open. */
  under?: string
  /** Fills the screen, without the shell around it, and keeps its session. */
  wall?: boolean
  /** For whoever has the address: no sign-in is asked for, nobody's session is looked for, and no shell is around it. */
  open?: boolean
  page: () => Promise<{ default: Component }>
}

const found = import.meta.glob<{ pages: Page[] }>('../pages/*/routes.ts', { eager: true })

/** Every page of the application: whatever a folder below `pages/` declares. */
export const pages: readonly Page[] = Object.values(found).flatMap(module => module.pages)
