import { answer, decoction } from '@/api/client'
import type { components } from '@/api/generated/decoction'
import type { TagTone } from '@/blocks/StatusTag.vue'
import { may, who } from '@/shell/session'

export type Parcel = components['schemas']['ParcelItem']
export type ParcelCard = components['schemas']['ParcelCard']
export type ColdRecord = components['schemas']['ColdRecord']
export type Packing = components['schemas']['PackingView']
export type Sample = components['schemas']['SampleItem']
export type Label = components['schemas']['LabelItem']

/** What a person does with a parcel. */
export type Act = 'hand-over' | 'arrive' | 'deliver' | 'pick-up' | 'fail' | 'bring-back' | 'discard' | 'lose'

export const failCauses = ['absent', 'unreachable', 'refused', 'wrong-address', 'damaged', 'other'] as const
export const backCauses = ['refused', 'unreachable', 'wrong-address', 'not-collected', 'damaged', 'recalled', 'other'] as const
export const endCauses = ['refused', 'undeliverable', 'not-collected', 'damaged', 'quality'] as const
export const relations = ['self', 'family', 'proxy', 'desk'] as const

export function parcelTone(state: string): TagTone {
  return ({ ready: 'info', shipped: 'info', counter: 'warn', back: 'bad', delivered: 'good', returned: 'quiet', lost: 'bad' } as Record<string, TagTone>)[state] ?? 'quiet'
}

export function noteTone(state: string): TagTone {
  return ({ waiting: 'info', sent: 'good', recorded: 'quiet', failed: 'bad', dropped: 'warn' } as Record<string, TagTone>)[state] ?? 'quiet'
}

/** What the one who is signed in may do with a parcel as it is; the service decides again. */
export function actsFor(parcel: Parcel): Act[] {
  const here = who.value?.institution?.code ?? ''
  const centre = parcel.centreCode === here
  const holds = parcel.holder === here
  const counter = parcel.pickUpInstitution === here
  const courier = may(['courier'])
  const packer = may(['decoction'])
  const clerk = may(['decoction', 'dispenser', 'pharmacist'])
  const acts: Act[] = []
  const going = parcel.recalled === null
  if (parcel.state === 'ready' || parcel.state === 'back') {
    const own = parcel.pickUp && parcel.pickUpInstitution === parcel.centreCode
    if (centre && going && own && clerk) acts.push('arrive')
    if (centre && going && !own && (packer || courier)) acts.push('hand-over')
    if (centre && packer) acts.push('discard')
  } else if (parcel.state === 'shipped') {
    if (parcel.pickUp && going && ((holds && courier) || (counter && clerk))) acts.push('arrive')
    if (!parcel.pickUp && holds && courier) acts.push('deliver')
    if (holds && courier) acts.push('fail')
    if ((holds && courier) || (centre && packer)) acts.push('bring-back')
  } else if (parcel.state === 'counter') {
    if (counter && clerk && going) acts.push('pick-up')
    if ((counter || centre) && clerk) acts.push('bring-back')
  } else {
    return []
  }
  if ((holds && courier) || (centre && packer) || (counter && clerk)) acts.push('lose')
  return acts
}

export interface ActInput {
  cause: string
  reason: string
  relation: string
  name: string
  code: string
  document: boolean
  courierName: string
  firmCode: string
  coldChain: boolean
}

export function emptyInput(): ActInput {
  return { cause: '', reason: '', relation: 'self', name: '', code: '', document: false, courierName: '', firmCode: '', coldChain: false }
}

/** Sends what was done, with the time of the service's clock as it is now. */
export async function send(act: Act, id: string, input: ActInput, at: string): Promise<unknown> {
  const params = { path: { prescriptionId: id } }
  const text = (value: string) => value.trim() || null
  const receiver = { relation: input.relation, name: text(input.name), photoSha256: null, code: text(input.code) }
  switch (act) {
    case 'hand-over':
      return answer(
        decoction.POST('/api/decoction/parcels/{prescriptionId}/ship', {
          params,
          body: { shippedAt: at, firmCode: text(input.firmCode), courierId: null, courierName: text(input.courierName), expectedBy: null, coldChain: input.coldChain }
        })
      )
    case 'arrive':
      return answer(decoction.POST('/api/decoction/parcels/{prescriptionId}/arrive', { params, body: { arrivedAt: at } }))
    case 'deliver':
      return answer(decoction.POST('/api/decoction/parcels/{prescriptionId}/deliver', { params, body: { deliveredAt: at, receiver } }))
    case 'pick-up':
      return answer(
        decoction.POST('/api/decoction/parcels/{prescriptionId}/pick-up', {
          params,
          body: { pickedUpAt: at, receiver, document: input.document, reason: text(input.reason) }
        })
      )
    case 'fail':
      return answer(decoction.POST('/api/decoction/parcels/{prescriptionId}/fail', { params, body: { failedAt: at, cause: input.cause, reason: text(input.reason) } }))
    case 'bring-back':
      return answer(
        decoction.POST('/api/decoction/parcels/{prescriptionId}/bring-back', { params, body: { broughtBackAt: at, cause: input.cause, reason: text(input.reason) } })
      )
    case 'discard':
      return answer(
        decoction.POST('/api/decoction/parcels/{prescriptionId}/discard', { params, body: { discardedAt: at, cause: input.cause, reason: text(input.reason) } })
      )
    case 'lose':
      return answer(decoction.POST('/api/decoction/parcels/{prescriptionId}/lose', { params, body: { lostAt: at, reason: text(input.reason) } }))
  }
}
