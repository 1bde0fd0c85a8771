import { shallowReactive } from 'vue'
import { Refusal } from '@/api/problem'
import { lastEvents, me, streamAddress } from '@/api/session'
import { connectionOf, pauseBefore, silence, type Connection, type Transport } from './connection'
import { begin, fold, nothing, type LiveState } from './fold'

const names = ['facts', 'counters', 'rankings', 'flows', 'skipped', 'beat', 'anew']
const firstPage = 60

/**
 * Keeps the page joined to the stream of one region or institution. After any interruption it goes on after the last position, so nothing is
 * missed and nothing comes twice.
 */
export class LiveStream {
  private readonly inner = shallowReactive<{ live: LiveState; connection: Connection; failed: boolean }>({
    live: nothing,
    connection: { kind: 'connecting', asOf: null },
    failed: false
  })
  readonly state: Readonly<typeof this.inner> = this.inner

  private source: EventSource | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private clock: ReturnType<typeof setInterval> | undefined
  private transport: Transport = 'connecting'
  private attempts = 0
  private begun = false
  private closed = false

  /** @param onSignedOut called once when the service no longer knows the caller. */
  constructor(
    private readonly scope: string,
    private readonly onSignedOut: () => void
  ) {}

  start(): void {
    this.clock = setInterval(() => this.look(), 1000)
    addEventListener('online', this.retryNow)
    addEventListener('offline', this.cutOff)
    void this.connect()
  }

  close(): void {
    this.closed = true
    this.source?.close()
    clearTimeout(this.timer)
    clearInterval(this.clock)
    removeEventListener('online', this.retryNow)
    removeEventListener('offline', this.cutOff)
  }

  private async connect(): Promise<void> {
    this.transport = 'connecting'
    try {
      if (!this.begun) {
        this.inner.live = begin(await lastEvents(this.scope, firstPage))
        this.begun = true
      }
    } catch (e) {
      if (e instanceof Refusal && e.status === 401) return this.leave()
      this.inner.failed = true
      return this.wait()
    }
    if (this.closed) return
    const source = new EventSource(streamAddress(this.scope, this.inner.live.resume))
    this.source = source
    source.onopen = () => {
      this.transport = 'open'
      this.attempts = 0
      this.inner.failed = false
      this.look()
    }
    for (const name of names) {
      source.addEventListener(name, event => {
        const message = event as MessageEvent<string>
        if (name === 'anew') return this.beginAnew(source)
        this.inner.live = fold(this.inner.live, { name, data: message.data, id: message.lastEventId }, Date.now())
        this.look()
      })
    }
    source.onerror = () => {
      if (this.source !== source) return
      source.close()
      void this.recover()
    }
  }

  /** The service counts its events from the beginning again: what is there is of the old count, and everything is read afresh. */
  private beginAnew(source: EventSource): void {
    source.close()
    if (this.source === source) this.source = null
    this.begun = false
    void this.connect()
  }

  /** The stream broke: because the session ended, or for any other reason. */
  private async recover(): Promise<void> {
    this.source = null
    this.transport = 'waiting'
    this.look()
    try {
      await me()
    } catch (e) {
      if (e instanceof Refusal && e.status === 401) return this.leave()
    }
    this.wait()
  }

  private wait(): void {
    if (this.closed) return
    this.transport = 'waiting'
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.connect(), pauseBefore(this.attempts++, Math.random()))
    this.look()
  }

  private leave(): void {
    if (this.closed) return
    this.close()
    this.onSignedOut()
  }

  private readonly retryNow = (): void => {
    if (this.transport !== 'waiting') return
    clearTimeout(this.timer)
    void this.connect()
  }

  /** The browser has lost its network: what still seems open says nothing more, and is not waited for. */
  private readonly cutOff = (): void => {
    if (this.source) {
      this.source.close()
      this.source = null
      this.wait()
    }
    this.look()
  }

  private readonly look = (): void => {
    const heardAt = this.inner.live.heardAt
    const now = Date.now()
    // A connection that says nothing may be dead without anybody having been told.
    if (this.transport === 'open' && heardAt !== null && now - heardAt > silence * 2 && this.source) {
      this.source.close()
      void this.recover()
      return
    }
    this.inner.connection = connectionOf({
      transport: this.transport,
      attempts: this.attempts,
      online: navigator.onLine,
      heardAt,
      following: this.inner.live.following,
      now
    })
  }
}
