// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { check, isIncluded, openCheckpoint, rawSignature, type Proof } from '@/pages/patient/proof'

const text = (value: string) => new TextEncoder().encode(value)
const base64 = (value: Uint8Array) => Buffer.from(value).toString('base64')
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex')

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.concat(parts)))
}

/** ECDSA's raw r and s as DER, as signed notes carry them. */
function der(raw: Uint8Array): Uint8Array {
  const number = (half: Uint8Array) => {
    let from = 0
    while (from < 31 && half[from] === 0) from++
    const short = half.subarray(from)
    return short[0]! >= 0x80 ? [2, short.length + 1, 0, ...short] : [2, short.length, ...short]
  }
  const body = [...number(raw.subarray(0, 32)), ...number(raw.subarray(32))]
  return Uint8Array.from([0x30, body.length, ...body])
}

async function log(name = 'tcmbrain.example/trace') {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
  const id = (await sha256(spki)).subarray(0, 4)
  const vkey = `${name}+${hex(id)}+${base64(Uint8Array.from([2, ...spki]))}`
  const events = Array.from({ length: 5 }, (_, i) => JSON.stringify({ eventID: `ni:${i}`, bizStep: 'storing' }))
  const leaves = await Promise.all(events.map(async (event, i) => JSON.stringify({ event: `ni:${i}`, eventSha256: hex(await sha256(text(event))) })))
  const hashes = await Promise.all(leaves.map(leaf => sha256(Uint8Array.of(0), text(leaf))))
  const node = (a: Uint8Array, b: Uint8Array) => sha256(Uint8Array.of(1), a, b)
  const [ab, cd] = [await node(hashes[0]!, hashes[1]!), await node(hashes[2]!, hashes[3]!)]
  const four = await node(ab, cd)
  const root = await node(four, hashes[4]!)
  const proofs: Proof[] = [
    { eventHash: 'ni:1', leafIndex: 1, leaf: leaves[1]!, event: events[1]!, hashes: [hashes[0]!, cd, hashes[4]!].map(base64) },
    { eventHash: 'ni:4', leafIndex: 4, leaf: leaves[4]!, event: null, hashes: [four].map(base64) }
  ]
  const body = `${name}\n5\n${base64(root)}\n`
  const sign = async (value: string) => {
    const raw = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, text(value)))
    return `${value}\n— ${name} ${base64(Uint8Array.from([...id, ...der(raw)]))}\n`
  }
  return { vkey, body, note: await sign(body), sign, proofs, root }
}

describe('a proof', () => {
  it('holds under the signed head, whole or for the leaf alone', async () => {
    // Signatures differ in length: several keys find them all.
    for (let i = 0; i < 12; i++) {
      const it = await log()
      const head = await openCheckpoint(it.note, it.vkey)
      expect(head?.size).toBe(5)
      expect(await Promise.all(it.proofs.map(proof => check(proof, head!)))).toEqual(['whole', 'leaf'])
    }
  })

  it('fails when anything of it was changed', async () => {
    const it = await log()
    const head = (await openCheckpoint(it.note, it.vkey))!
    const good = it.proofs[0]!
    const changed: Proof[] = [
      { ...good, event: good.event!.replace('storing', 'holding') },
      { ...good, leaf: good.leaf.replace('ni:1', 'ni:2') },
      { ...good, eventHash: 'ni:2' },
      { ...good, leafIndex: 0 },
      { ...good, leafIndex: 5 },
      { ...good, leafIndex: -1 },
      { ...good, leafIndex: Number.NaN },
      { ...good, hashes: good.hashes.slice(1) },
      { ...good, hashes: [...good.hashes, good.hashes[0]!] },
      { ...good, hashes: ['AAAA', ...good.hashes.slice(1)] },
      { ...good, hashes: ['%', ...good.hashes.slice(1)] }
    ]
    expect(await Promise.all(changed.map(proof => check(proof, head)))).toEqual(changed.map(() => 'bad'))
  })

  it('has no head without the signature of that key over that text', async () => {
    const it = await log()
    const other = await log()
    expect(await openCheckpoint(it.note, other.vkey)).toBeNull()
    expect(await openCheckpoint(it.note.replace('\n5\n', '\n6\n'), it.vkey)).toBeNull()
    expect(await openCheckpoint(it.body, it.vkey)).toBeNull()
    expect(await openCheckpoint(it.note, it.vkey.replace(/\+.{8}\+/, '+00000000+'))).toBeNull()
    expect(await openCheckpoint(await it.sign(it.body.replace('tcmbrain', 'another')), it.vkey)).toBeNull()
    expect(await openCheckpoint(await it.sign(it.body.replace('\n5\n', '\n05\n')), it.vkey)).toBeNull()
    expect(await openCheckpoint('', '')).toBeNull()
  })

  it('takes only well-formed DER', () => {
    expect(rawSignature(Uint8Array.of(0x30, 6, 2, 1, 5, 2, 1, 7))?.[63]).toBe(7)
    expect(rawSignature(Uint8Array.of(0x30, 7, 2, 1, 5, 2, 1, 7))).toBeNull()
    expect(rawSignature(Uint8Array.of(0x31, 6, 2, 1, 5, 2, 1, 7))).toBeNull()
    expect(rawSignature(Uint8Array.of(0x30, 6, 2, 1, 5, 2, 2, 7))).toBeNull()
    expect(rawSignature(Uint8Array.of())).toBeNull()
  })

  it('of a tree of one leaf is the leaf', async () => {
    const leaf = await sha256(text('x'))
    expect(await isIncluded(0, 1, leaf, [], leaf)).toBe(true)
    expect(await isIncluded(0, 0, leaf, [], leaf)).toBe(false)
  })
})
