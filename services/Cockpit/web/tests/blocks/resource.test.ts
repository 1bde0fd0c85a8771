import { flushPromises } from '@vue/test-utils'
import { effectScope } from 'vue'
import { describe, expect, it } from 'vitest'
import { useResource } from '@/blocks/resource'

/** Something read from a service that answers when it is told to. */
function asked() {
  const answers: ((text: string) => void)[] = []
  const scope = effectScope()
  const resource = scope.run(() => useResource<string>(() => new Promise(resolve => answers.push(resolve))))!
  return { answers, resource, scope }
}

describe('something that is read', () => {
  it('is what was read last, whatever is answered last', async () => {
    const { answers, resource, scope } = asked()
    void resource.reload()
    answers[1]!('second')
    answers[0]!('first')
    await flushPromises()
    expect([resource.data.value, resource.loading.value]).toEqual(['second', false])
    scope.stop()
  })

  it('stays as a change left it, though it was being read before', async () => {
    const { answers, resource, scope } = asked()
    resource.put('changed')
    answers[0]!('as it was')
    await flushPromises()
    expect([resource.data.value, resource.loading.value]).toEqual(['changed', false])
    void resource.reload()
    answers[1]!('read again')
    await flushPromises()
    expect(resource.data.value).toBe('read again')
    scope.stop()
  })
})
