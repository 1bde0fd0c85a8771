import type { components } from '@/api/generated/institutions'
import type { Change } from '@/blocks/ChangeList.vue'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { roleName } from '@/shell/roles'
import { isChinese } from '@/i18n'
import { t, word } from './texts'

export type User = components['schemas']['UserView']
export type Client = components['schemas']['ClientView']
export type Secret = components['schemas']['SecretView']
export type SignatureKey = components['schemas']['SignatureKeyView']
export type AccountChange = components['schemas']['AccountChange']

export interface State {
  tone: TagTone
  text: string
}

/** How an account stands, most important first. */
export function statesOf(account: { status: string; locked: boolean; mustChangePassword?: boolean }): State[] {
  return [
    account.status === 'disabled' ? { tone: 'bad', text: t('status.disabled') } : { tone: 'good', text: t('status.active') },
    ...(account.locked ? [{ tone: 'warn' as const, text: t('status.locked') }] : []),
    ...(account.mustChangePassword ? [{ tone: 'quiet' as const, text: t('status.mustChange') }] : [])
  ]
}

export function rolesText(roles: readonly string[]): string {
  return roles.map(roleName).join(isChinese.value ? '、' : ', ')
}

export function secretState(secret: Secret, now = Date.now()): State {
  if (secret.status === 'valid' && secret.retireAt && Date.parse(secret.retireAt) > now) return { tone: 'warn', text: t('secret.retiring') }
  return { tone: secret.status === 'valid' ? 'good' : secret.status === 'revoked' ? 'bad' : 'quiet', text: word('secret', secret.status) }
}

export function signatureState(status: string): State {
  return { tone: status === 'valid' ? 'good' : 'bad', text: word('signature', status) }
}

export function keyState(status: string): State {
  const tones: Record<string, TagTone> = { current: 'good', next: 'info', withdrawn: 'bad' }
  return { tone: tones[status] ?? 'quiet', text: word('key', status) }
}

export function changesOf(items: readonly AccountChange[]): Change[] {
  return items.map(item => ({ key: String(item.seq), at: item.occurredAt, title: word('action', item.action), who: item.actor, note: reasonOf(item.detail) }))
}

function reasonOf(detail: unknown): string | null {
  const reason = (detail as { reason?: unknown } | null)?.reason
  return typeof reason === 'string' && reason !== '' ? reason : null
}
