import { computed, ref } from 'vue'
import type { Me } from '@/api/cockpit'
import { onSignedOut } from '@/api/fetch'
import { isRefusal, Refusal } from '@/api/problem'
import { me, ownSession, renew, signOut } from '@/api/session'
import { mayUse, type Role } from './roles'

/** Why somebody is asked to sign in; null when nothing has to be said. */
export type Notice = 'signIn.ended' | 'signIn.unreachable' | 'signIn.forbidden' | null

const user = ref<Me | null>(null)
const expiresAt = ref<number | null>(null)
const expiring = ref(false)
/** A password given by somebody else must be changed before anything else is allowed. */
export const mustChangePassword = ref(false)
export const notice = ref<Notice>(null)

export const who = computed(() => user.value)
/** True in the last two minutes of a session that nobody seems to use. */
export const endsSoon = computed(() => expiring.value && user.value !== null)

const renewBefore = 10 * 60_000
const warnBefore = 2 * 60_000
const idleAfter = 15 * 60_000

let touchedAt = Date.now()
let renewing = false
let leaveToSignIn: () => void = () => undefined

/** Called when the session ends by itself; the router goes to the sign-in from there. */
export function onEnded(then: () => void): void {
  leaveToSignIn = then
}

export function may(wanted: readonly Role[] | undefined): boolean {
  return user.value !== null && mayUse(user.value.roles, wanted)
}

/** Who is signed in, asked of the service; false when nobody is. */
export async function load(): Promise<boolean> {
  try {
    begin(await me(), false)
    return true
  } catch (e) {
    if (isRefusal(e, 403) && (await hasToChange())) return true
    user.value = null
    notice.value = !(e instanceof Refusal) || e.status >= 500 ? 'signIn.unreachable' : e.status === 403 ? 'signIn.forbidden' : notice.value
    return false
  }
}

function begin(found: Me, change: boolean): void {
  user.value = found
  mustChangePassword.value = change
  expiresAt.value = found.expiresAt ? Date.parse(found.expiresAt) : null
  expiring.value = false
  notice.value = null
  touchedAt = Date.now()
}

/** Somebody without a place or a role yet, because the password must be changed first. */
async function hasToChange(): Promise<boolean> {
  try {
    const own = await ownSession()
    if (!own.mustChangePassword) return false
    begin({ subject: own.user, name: own.name, homeRegion: own.regionCode, roles: [], today: '', ...(own.expiresAt ? { expiresAt: own.expiresAt } : {}) }, true)
    return true
  } catch {
    return false
  }
}

export async function leave(): Promise<void> {
  await signOut().catch(() => undefined)
  user.value = null
  notice.value = null
}

export function ended(): void {
  if (user.value === null) return
  user.value = null
  notice.value = 'signIn.ended'
  leaveToSignIn()
}

/** Asks for a new token; silently leaves the old one where the service refuses or is away. */
export async function stay(): Promise<void> {
  if (renewing || user.value === null) return
  renewing = true
  try {
    const session = await renew()
    if (session.expiresAt) expiresAt.value = Date.parse(session.expiresAt)
    expiring.value = false
  } catch (e) {
    // What cannot be renewed any more (its longest time has come) ends at its time; nobody need ask again before.
    if (isRefusal(e, 403, 404)) expiring.value = true
  } finally {
    renewing = false
  }
}

/** Renews while somebody works (or a wall shows), warns where nobody does, and ends what has ended. Called every few seconds. */
export function look(now: number, alwaysInUse: boolean): void {
  if (user.value === null || expiresAt.value === null) return
  const left = expiresAt.value - now
  if (left <= 0) return ended()
  const inUse = alwaysInUse || now - touchedAt < idleAfter
  if (left < renewBefore && inUse && !expiring.value) void stay()
  else if (left < warnBefore) expiring.value = true
}

export function touch(): void {
  touchedAt = Date.now()
}

onSignedOut(ended)
