import { beforeEach, describe, expect, it, vi } from 'vitest'
import { linkOf, pageNamed, pageOf } from '@/pages/cockpit/live/telling'
import { mayUse, type Role } from '@/shell/roles'

let held: Role[] = []
vi.mock('@/shell/session', () => ({ may: (wanted: readonly Role[] | undefined) => mayUse(held, wanted) }))

const of = (type: string, detail?: string) => pageOf({ type, aggregateId: 'a', detail })

describe('an alarm', () => {
  beforeEach(() => (held = ['regulator']))

  it('leads to what it speaks of', () => {
    expect(of('ControlSignalRaised')).toBe('/charts/a')
    expect(of('NonconformityOpened')).toBe('/nonconformities/a')
    expect(of('NonconformityEscalated')).toBe('/nonconformities/a')
    expect(of('SupervisionAlertRaised')).toBe('/supervision/a')
    expect(of('LotRejected')).toBe('/release/a')
    expect(of('DeviationDetected', 'soaking')).toBe('/prescriptions/a')
    expect(of('ColdChainBroken')).toBe('/prescriptions/a')
    expect(of('ReservationBroken', 'frozen')).toBe('/prescriptions/a')
  })

  it('of a recall leads to the recall, whose event is the lot’s; without one to the lot', () => {
    expect(of('RecallOrdered', 'r')).toBe('/recalls/r')
    expect(of('RecallIssued', 'r')).toBe('/recalls/r')
    expect(of('RecallIssued')).toBe('/release/a')
  })

  it('leads each role to the page it may open, or nowhere', () => {
    held = ['pharmacist']
    expect(of('LotRejected')).toBe('/lots/a')
    expect(of('ControlSignalRaised')).toBeNull()
    held = ['quality']
    expect(of('DeviationDetected', 'soaking')).toBe('/decoction/records/a')
    expect(of('ParcelReturned', 'damaged')).toBe('/parcels/a')
    held = ['courier']
    expect(of('ParcelReturned', 'damaged')).toBe('/parcels/a')
    expect(of('DeviationDetected', 'soaking')).toBeNull()
    held = ['operator']
    expect(of('TreeHeadSigned')).toBeNull()
  })
})

describe('a record', () => {
  it('without a number of its own has a link that can be read', () => {
    expect(linkOf({ reference: '', links: null })).not.toBe('')
    expect(linkOf({ reference: null })).not.toBe('')
    expect(linkOf({ reference: 'Q1' })).toBe('Q1')
  })
})

describe('an institution on the map of resources', () => {
  it('leads to its card in the register, for those who may read it', () => {
    held = ['regulator']
    expect(pageNamed('institution', '12330102TCM000013P')).toBe('/institutions/12330102TCM000013P')
    held = ['courier']
    expect(pageNamed('institution', '12330102TCM000013P')).toBeNull()
  })
})
