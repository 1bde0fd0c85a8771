import { computed, inject, nextTick, onBeforeUnmount, onMounted, provide, reactive, ref, shallowRef, type InjectionKey, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { messageOf, Refusal, textOf, type Fault } from '@/api/problem'
import { t } from '@/i18n'
import { confirm } from './confirm'

/** What a form of fields is to its fields. */
export interface Form<T extends object> {
  /** What stands in the fields. */
  readonly values: T
  readonly busy: Readonly<Ref<boolean>>
  readonly dirty: Readonly<Ref<boolean>>
  /** Faults by the service's field name, as it answered last: of `lines` all that are of the list, of `lines[2].piece` those of this place. */
  faultsOf(field: string): readonly Fault[]
  /** What the service said that belongs to none of the fields shown. */
  readonly general: Readonly<Ref<readonly string[]>>
  readonly faultCount: Readonly<Ref<number>>
  /** True when the record has been changed by somebody else since it was read (412). */
  readonly stale: Ref<boolean>
  /**
   * Sends; what is refused is shown at its fields and the first of them gets the focus.
   * @returns what `send` answered; undefined when it was refused
   */
  submit<R>(send: (values: T) => Promise<R>): Promise<R | undefined>
  /** Takes these values as those that are stored. */
  reset(values: T): void
  knows(field: string): () => void
}

const key: InjectionKey<Form<object>> = Symbol('form')

/** The field a fault belongs to, without its place in a list: `departments[2].code` is of `departments`. */
export function fieldOf(path: string | null | undefined): string {
  return (path ?? '').split(/[.[]/)[0] ?? ''
}

/**
 * A form. Asks before unsaved input is left behind.
 * @param initial what is stored; copied
 * @param guard false for a form whose loss costs nothing, such as one in a dialog
 */
export function useForm<T extends object>(initial: T, guard = true): Form<T> {
  const copy = (value: T): T => JSON.parse(JSON.stringify(value)) as T
  const values = reactive(copy(initial)) as T
  const stored = ref(JSON.stringify(initial))
  const faults = shallowRef<readonly Fault[]>([])
  const other = shallowRef<readonly string[]>([])
  const busy = ref(false)
  const stale = ref(false)
  const fields = reactive(new Map<string, number>())
  const dirty = computed(() => JSON.stringify(values) !== stored.value)
  const shown = (fault: Fault) => fields.has(fieldOf(fault.field)) || fields.has(fault.field ?? '')
  const general = computed(() => [...other.value, ...faults.value.filter(fault => !shown(fault)).map(textOf)])

  async function submit<R>(send: (values: T) => Promise<R>): Promise<R | undefined> {
    if (busy.value) return undefined
    busy.value = true
    faults.value = []
    other.value = []
    try {
      const done = await send(copy(values))
      stored.value = JSON.stringify(values)
      return done
    } catch (e) {
      if (e instanceof Refusal && e.status === 412) stale.value = true
      else if (e instanceof Refusal && e.faults.length > 0 && e.status < 500 && e.status !== 429) faults.value = e.faults
      else other.value = [messageOf(e)]
      await nextTick()
      document.querySelector<HTMLElement>('[aria-invalid="true"], .form__faults')?.focus()
      return undefined
    } finally {
      busy.value = false
    }
  }

  const form: Form<T> = {
    values,
    busy,
    dirty,
    general,
    stale,
    faultCount: computed(() => faults.value.length),
    faultsOf: field => faults.value.filter(fault => fieldOf(fault.field) === field || fault.field === field),
    submit,
    reset(next) {
      Object.assign(values, copy(next))
      stored.value = JSON.stringify(values)
      faults.value = []
      other.value = []
      stale.value = false
    },
    knows(field) {
      fields.set(field, (fields.get(field) ?? 0) + 1)
      return () => {
        const left = (fields.get(field) ?? 1) - 1
        if (left === 0) fields.delete(field)
        else fields.set(field, left)
      }
    }
  }
  provide(key, form as unknown as Form<object>)
  if (guard) guardAgainstLoss(dirty)
  return form
}

/** The form around a field, if there is one. */
export function useSurroundingForm(): Form<object> | null {
  return inject(key, null)
}

function guardAgainstLoss(dirty: Readonly<Ref<boolean>>): void {
  const onUnload = (event: BeforeUnloadEvent) => {
    if (dirty.value) event.preventDefault()
  }
  onMounted(() => addEventListener('beforeunload', onUnload))
  onBeforeUnmount(() => removeEventListener('beforeunload', onUnload))
  onBeforeRouteLeave(async to => {
    // Whoever must sign in again has lost the page anyway.
    if (!dirty.value || to.path === '/sign-in') return true
    const yes = await confirm({
      title: t('form.leave'),
      text: t('form.leave.text'),
      action: t('form.leave.action'),
      cancel: t('form.leave.stay'),
      grave: true
    })
    return yes !== null
  })
}
