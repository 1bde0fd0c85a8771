import { onBeforeUnmount, onMounted } from 'vue'

/** A scanner types faster than anybody: this many milliseconds at most between two characters. */
const fast = 50
/** Shorter is somebody who pressed two keys. */
const shortest = 4

export interface Scanner {
  /** Takes a key in; the code when this key ended one. */
  key(key: string, at: number): string | null
}

/** Tells a scanner's keystrokes, which come fast and end with Enter, from somebody's typing. */
export function scannerKeys(): Scanner {
  let read = ''
  let last = Number.NEGATIVE_INFINITY
  return {
    key(key, at) {
      const quick = at - last <= fast
      last = at
      if (key === 'Enter') {
        const code = quick && read.length >= shortest ? read : null
        read = ''
        return code
      }
      if (key.length !== 1) return null
      read = quick ? read + key : key
      return null
    }
  }
}

/**
 * Hears a barcode scanner wherever the focus is on the page, except in a field into which somebody types text.
 * @param heard is given the code without its end
 */
export function useScanner(heard: (code: string) => void): void {
  const keys = scannerKeys()
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if ((event.target as HTMLElement).closest?.('input, textarea, select, [contenteditable]')) return
    const code = keys.key(event.key, event.timeStamp)
    if (code !== null) {
      // The Enter that ends a code must not press the button that has the focus.
      event.preventDefault()
      event.stopPropagation()
      heard(code)
    }
  }
  onMounted(() => addEventListener('keydown', onKey, { capture: true }))
  onBeforeUnmount(() => removeEventListener('keydown', onKey, { capture: true }))
}
