import { ref } from 'vue'

export type Theme = 'dark' | 'light'

const stored = 'tcm.theme'

function remembered(): Theme {
  try {
    return localStorage.getItem(stored) === 'light' ? 'light' : 'dark'
  } catch {
    return 'dark'
  }
}

/** Dark first: it hangs on a wall. */
export const theme = ref<Theme>(remembered())

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value
}

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  applyTheme()
  try {
    localStorage.setItem(stored, theme.value)
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

/** The value of a colour of the present theme, for what is drawn on a canvas. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
