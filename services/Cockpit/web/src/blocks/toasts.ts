import { ref } from 'vue'

export interface Toast {
  id: number
  tone: 'good' | 'bad'
  text: string
}

const shown = ref<Toast[]>([])
let last = 0

export const toasts = shown

/** Says in passing what has been done; a failure stays until it is closed. */
export function tell(text: string, tone: Toast['tone'] = 'good'): void {
  const id = ++last
  shown.value = [...shown.value.slice(-3), { id, tone, text }]
  if (tone === 'good') setTimeout(() => dismiss(id), 6_000)
}

export function dismiss(id: number): void {
  shown.value = shown.value.filter(toast => toast.id !== id)
}
