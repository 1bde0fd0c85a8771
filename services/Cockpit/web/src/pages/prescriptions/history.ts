import type { Change } from '@/blocks/ChangeList.vue'
import { formatMoment } from '@/format'
import { locale } from '@/i18n'
import { t } from './texts'
import { stateOf, type View } from './view'
import { actorName, stateName } from './words'

/** Later than this after it happened, it is said when the platform learnt of something. */
const late = 60_000

/** The history of a prescription, newest first. What the audit's entry gives as its reason is its release. */
export function changesOf(view: View): Change[] {
  return [...(view.history ?? [])].reverse().map((entry, i, all) => {
    const state = stateOf(entry.state)
    const delayed = entry.recordedAt && Date.parse(entry.recordedAt) - Date.parse(entry.occurredAt) > late
    const notes = [
      state === 'audited' && entry.reason ? t('findings.release', { release: entry.reason.split('/')[0]!.split('+')[0]! }) : entry.reason,
      delayed ? t('history.late', { time: formatMoment(entry.recordedAt, locale.value) }) : ''
    ].filter(Boolean)
    return { key: String(all.length - i), at: entry.occurredAt, title: stateName(state), who: actorName(entry.actor), note: notes.join(' · ') || null }
  })
}
