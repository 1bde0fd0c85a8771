import { has, t } from '@/i18n'

/** The roles a token can carry; see ServiceDefaults/Identity/Roles.cs. */
export const roles = [
  'prescriber',
  'pharmacist',
  'dispenser',
  'decoction',
  'courier',
  'quality',
  'admin',
  'regulator',
  'operator',
  'his',
  'service'
] as const

export type Role = (typeof roles)[number]

export function roleName(role: string): string {
  const key = `role.${role}`
  return has(key) ? t(key) : role
}

/** Whether somebody with the first may use what is for the second; undefined is for everybody. */
export function mayUse(held: readonly string[], wanted: readonly Role[] | undefined): boolean {
  return wanted === undefined || wanted.some(role => held.includes(role))
}
