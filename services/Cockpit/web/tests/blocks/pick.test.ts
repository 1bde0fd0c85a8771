import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Option } from '@/blocks/FormField.vue'
import PickOne from '@/blocks/PickOne.vue'

const shelf: Option = { value: 'W-01', text: 'W-01 · 斗' }

/** A service that answers when it is told to. */
function asked() {
  const answers: ((options: Option[]) => void)[] = []
  const find = vi.fn((_typed: string, _signal: AbortSignal) => new Promise<Option[]>(resolve => answers.push(resolve)))
  const field = mount(PickOne, { props: { find, modelValue: '' } })
  return { find, answers, field, input: field.get('input'), list: () => field.get('input').attributes('aria-expanded') === 'true' }
}

describe('a field that picks one of many', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('opens its list when the answer is there', async () => {
    const { answers, input, list } = asked()
    await input.trigger('focus')
    expect(list()).toBe(false)
    answers[0]!([shelf])
    await flushPromises()
    expect(list()).toBe(true)
  })

  it('stays closed once one is picked, whatever was typed and asked before', async () => {
    const { find, answers, field, input, list } = asked()
    await input.trigger('focus')
    answers[0]!([shelf])
    await flushPromises()
    await input.setValue('W')
    await vi.advanceTimersByTimeAsync(250)
    expect(find).toHaveBeenCalledTimes(2)
    await input.setValue('W-')
    await field.get('li').trigger('mousedown')
    expect(field.emitted('picked')).toEqual([[shelf]])
    answers[1]!([shelf])
    await vi.advanceTimersByTimeAsync(1000)
    await flushPromises()
    expect(list()).toBe(false)
    expect(find).toHaveBeenCalledTimes(2)
  })

  it('stays closed when it was left before the answer came', async () => {
    const { find, answers, input, list } = asked()
    await input.trigger('focus')
    await input.setValue('W')
    await input.trigger('blur')
    expect(find.mock.calls[0]![1].aborted).toBe(true)
    answers[0]!([shelf])
    await vi.advanceTimersByTimeAsync(1000)
    await flushPromises()
    expect(list()).toBe(false)
    expect(find).toHaveBeenCalledTimes(1)
  })
})
