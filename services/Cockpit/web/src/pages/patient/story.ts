import type { paths } from '@/api/generated/traceability'
import { check, openCheckpoint, type Verdict } from './proof'

export type Story = paths['/api/traceability/public/{code}']['get']['responses']['200']['content']['application/json']
export type StoryStep = Story['steps'][number]
export type StoryHerb = Story['herbs'][number]

export interface Checked {
  /** By place among the story's proofs. */
  verdicts: readonly Verdict[]
  keyId: string
  size: number
  good: number
}

/** All proofs of a story, checked; null when there is nothing signed yet. A checkpoint that nobody signed makes every proof bad. */
export async function checkStory(story: Story): Promise<Checked | null> {
  if (!story.checkpoint || story.proofs.length === 0) return null
  const head = await openCheckpoint(story.checkpoint, story.verifierKey)
  const verdicts = head ? await Promise.all(story.proofs.map(proof => check({ ...proof, leafIndex: Number(proof.leafIndex) }, head))) : story.proofs.map(() => 'bad' as const)
  return { verdicts, keyId: head?.keyId ?? '', size: head?.size ?? 0, good: verdicts.filter(verdict => verdict !== 'bad').length }
}

/** The worst of several steps; null when none of them is signed yet. */
export function worst(steps: readonly StoryStep[], checked: Checked | null): Verdict | null {
  const found = steps.flatMap(step => (step.proof === null || step.proof === undefined || !checked ? [] : [checked.verdicts[Number(step.proof)] ?? 'bad']))
  return found.length === 0 ? null : found.includes('bad') ? 'bad' : found.includes('leaf') ? 'leaf' : 'whole'
}
