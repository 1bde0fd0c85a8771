/**
 * Checks in the browser, with WebCrypto and nothing of the server's word, that an event is in the signed log: the signature of the checkpoint
 * (C2SP signed note, ECDSA P-256), the way from the leaf to its root (RFC 6962), and that the leaf is of the event.
 */
export interface Proof {
  eventHash: string
  leafIndex: number
  leaf: string
  hashes: readonly string[]
  event?: string | null
}

/** whole: the event as logged was checked; leaf: that it is logged, but parts of it are another party's business. */
export type Verdict = 'whole' | 'leaf' | 'bad'

export interface Head {
  size: number
  root: Uint8Array
  /** Eight hex digits by which people compare the key. */
  keyId: string
}

const ecdsa = 2
const hashLength = 32

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
}

function base64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), c => c.charCodeAt(0))
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all))
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function hex(of: Uint8Array): string {
  return Array.from(of, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** DER's two numbers as the 64 bytes that WebCrypto takes; null when it is no such signature. */
export function rawSignature(der: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const raw = new Uint8Array(64)
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null
  let at = 2
  for (const half of [0, 32]) {
    const length = der[at + 1] ?? 0
    if (der[at] !== 0x02 || length === 0 || at + 2 + length > der.length) return null
    let number = der.subarray(at + 2, at + 2 + length)
    if (number.length === 33 && number[0] === 0) number = number.subarray(1)
    if (number.length > 32) return null
    raw.set(number, half + 32 - number.length)
    at += 2 + length
  }
  return at === der.length ? raw : null
}

/** The tree head of a checkpoint that the key signed; null when it did not. */
export async function openCheckpoint(note: string, verifierKey: string): Promise<Head | null> {
  try {
    const [name, id, ...rest] = verifierKey.trim().split('+')
    const material = base64(rest.join('+'))
    const end = note.lastIndexOf('\n\n')
    if (!name || !id || material[0] !== ecdsa || end < 0) return null
    const publicKey = material.subarray(1)
    if (hex(await sha256(publicKey)).slice(0, 8) !== id.toLowerCase()) return null
    const text = note.slice(0, end + 1)
    const key = await crypto.subtle.importKey('spki', publicKey, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
    let signed = false
    for (const line of note.slice(end + 2).split('\n')) {
      const [dash, by, signature] = line.split(' ')
      if (dash !== '—' || by !== name || !signature) continue
      const blob = base64(signature)
      if (hex(blob.subarray(0, 4)) !== id.toLowerCase()) continue
      const raw = rawSignature(blob.subarray(4))
      if (!raw || !(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, bytes(text)))) return null
      signed = true
    }
    const [origin, size, root] = text.split('\n')
    if (!signed || origin !== name || !size || !root || !/^(0|[1-9]\d*)$/.test(size)) return null
    const hash = base64(root)
    return hash.length === hashLength ? { size: Number(size), root: hash, keyId: id } : null
  } catch {
    return null
  }
}

/** RFC 9162, 2.1.3.2. */
export async function isIncluded(index: number, size: number, leafHash: Uint8Array, proof: readonly Uint8Array[], root: Uint8Array): Promise<boolean> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size || proof.some(hash => hash.length !== hashLength)) return false
  const node = new Uint8Array([1])
  let fn = index
  let sn = size - 1
  let hash = leafHash
  for (const sibling of proof) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      hash = await sha256(node, sibling, hash)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else {
      hash = await sha256(node, hash, sibling)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && equal(hash, root)
}

/** Whether the proof holds under the head, and how much of the event it is of. */
export async function check(proof: Proof, head: Head): Promise<Verdict> {
  try {
    const leafHash = await sha256(new Uint8Array([0]), bytes(proof.leaf))
    if (!(await isIncluded(proof.leafIndex, head.size, leafHash, proof.hashes.map(base64), head.root))) return 'bad'
    const leaf = JSON.parse(proof.leaf) as { event?: string; eventSha256?: string }
    if (leaf.event !== proof.eventHash) return 'bad'
    if (proof.event === null || proof.event === undefined) return 'leaf'
    return hex(await sha256(bytes(proof.event))) === leaf.eventSha256 ? 'whole' : 'bad'
  } catch {
    return 'bad'
  }
}
