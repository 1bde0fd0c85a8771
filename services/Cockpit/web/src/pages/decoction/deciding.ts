import { answer, decoction } from '@/api/client'
import { messageOf } from '@/api/problem'
import { confirm } from '@/blocks/confirm'
import { tell } from '@/blocks/toasts'
import { t } from './texts'

export type Decision = 'accept' | 'rework' | 'scrap'
export const decisions: readonly Decision[] = ['accept', 'rework', 'scrap']

/** Asks for the reason and decides; true when it was decided. */
export async function decide(deviationId: string, decision: Decision): Promise<boolean> {
  const yes = await confirm({
    title: t(`decision.${decision}.title`),
    text: t(`decision.${decision}.text`),
    action: t(`decision.${decision}`),
    grave: decision === 'scrap',
    reason: true
  })
  if (!yes) return false
  try {
    await answer(decoction.POST('/api/decoction/deviations/{deviationId}/decision', { params: { path: { deviationId } }, body: { decision, reason: yes.reason } }))
    tell(t('decision.done', { what: t(`decision.${decision}`) }))
    return true
  } catch (e) {
    tell(messageOf(e), 'bad')
    return false
  }
}
