import { shallowRef } from 'vue'

export interface Question {
  title: string
  text: string
  /** The word on the button that does it. */
  action: string
  /** The word on the button that does not; "Cancel" when it is not given. */
  cancel?: string
  /** It cannot be undone, or it stops somebody's work. */
  grave?: boolean
  /** A reason in words is asked for and must be given. */
  reason?: boolean
}

/** What was answered; `reason` is empty where none was asked for. */
export interface Yes {
  reason: string
}

export const asked = shallowRef<{ question: Question; answer: (yes: Yes | null) => void } | null>(null)

/** Asks before something is done; null when it is not to be done. One question at a time: a new one answers the old with no. */
export function confirm(question: Question): Promise<Yes | null> {
  asked.value?.answer(null)
  return new Promise(resolve => {
    asked.value = {
      question,
      answer: yes => {
        asked.value = null
        resolve(yes)
      }
    }
  })
}
