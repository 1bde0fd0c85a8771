import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import { Refusal, Unreachable } from '@/api/problem'
import { fieldOf, useForm, type Form } from '@/blocks/form'
import FormField from '@/blocks/FormField.vue'
import FormPanel from '@/blocks/FormPanel.vue'

interface Values {
  code: string
  beds: number | null
}

function open() {
  let form!: Form<Values>
  const page = mount(
    defineComponent({
      setup() {
        form = useForm<Values>({ code: 'A', beds: 1 }, false)
        return () =>
          h(FormPanel, { form: form as never }, () => [
            h(FormField, { name: 'code', label: 'Code', modelValue: form.values.code, 'onUpdate:modelValue': (v: unknown) => (form.values.code = String(v)) }),
            h(FormField, { name: 'beds', label: 'Beds', kind: 'number', modelValue: form.values.beds, 'onUpdate:modelValue': (v: unknown) => (form.values.beds = v as number | null) })
          ])
      }
    }),
    { attachTo: document.body }
  )
  return { form, page }
}

function useFormOf(...names: string[]) {
  let form!: Form<object>
  const page = mount(
    defineComponent({
      setup() {
        form = useForm<object>({}, false)
        return () => h(FormPanel, { form: form as never }, () => names.map(name => h(FormField, { name, label: name })))
      }
    })
  )
  return { form, page }
}

const refused = (status: number, ...fields: string[]) => async () => {
  throw new Refusal(status, { faults: fields.map(field => ({ code: 'X', field, zh: `错在${field}`, en: `wrong ${field}` })) })
}

describe('a form', () => {
  it('shows each fault at its field, the rest on top, and leads to the first', async () => {
    const { form, page } = open()
    await form.submit(refused(400, 'code', 'regionCode'))
    await nextTick()
    expect(page.get('[data-field="code"] .field__fault').text()).toBe('错在code')
    expect(page.find('[data-field="beds"] .field__fault').exists()).toBe(false)
    expect(page.get('[role="alert"]').text()).toContain('错在regionCode')
    expect(page.get('[data-field="code"] input').attributes('aria-invalid')).toBe('true')
    page.unmount()
  })

  it('shows a fault of a place in a list at the field of that place only', async () => {
    const form = useFormOf('lines[0].piece', 'lines[1].piece')
    await form.form.submit(refused(400, 'lines[1].piece', 'lines[2].piece'))
    await nextTick()
    expect(form.page.find('[data-field="lines[0].piece"] .field__fault').exists()).toBe(false)
    expect(form.page.get('[data-field="lines[1].piece"] .field__fault').text()).toBe('错在lines[1].piece')
    expect(form.page.get('[role="alert"]').text()).toContain('错在lines[2].piece')
    expect(form.page.get('[role="alert"]').text()).not.toContain('错在lines[1].piece')
    form.page.unmount()
  })

  it('ties a fault to its input for those who hear the page', async () => {
    const { form, page } = open()
    await form.submit(refused(400, 'code'))
    await nextTick()
    const described = page.get('[data-field="code"] input').attributes('aria-describedby')!
    expect(page.get(`#${CSS.escape(described)}`).text()).toBe('错在code')
    page.unmount()
  })

  it('takes the faults away when it is sent again', async () => {
    const { form, page } = open()
    await form.submit(refused(400, 'code'))
    expect(await form.submit(async values => values)).toEqual({ code: 'A', beds: 1 })
    await nextTick()
    expect(page.find('.field__fault').exists()).toBe(false)
    page.unmount()
  })

  it('knows unsaved input', async () => {
    const { form, page } = open()
    expect(form.dirty.value).toBe(false)
    await page.get('[name="code"]').setValue('B')
    expect(form.dirty.value).toBe(true)
    await form.submit(async () => true)
    expect(form.dirty.value).toBe(false)
    page.unmount()
  })

  it('says when somebody else was faster, and when nobody answered', async () => {
    const { form, page } = open()
    await form.submit(refused(412))
    expect(form.stale.value).toBe(true)
    await form.submit(async () => {
      throw new Unreachable('x')
    })
    expect(form.general.value).toEqual(['服务暂时无法访问，请稍后再试。'])
    page.unmount()
  })

  it('reads numbers as numbers and nothing as nothing', async () => {
    const { form, page } = open()
    await page.get('[name="beds"]').setValue('120')
    expect(form.values.beds).toBe(120)
    await page.get('[name="beds"]').setValue('')
    expect(form.values.beds).toBeNull()
    page.unmount()
  })

  it('is sent once, however often the button is pressed', async () => {
    const { form, page } = open()
    let sent = 0
    let done!: () => void
    const first = form.submit(() => {
      sent++
      return new Promise<void>(resolve => (done = resolve))
    })
    await form.submit(async () => void sent++)
    done()
    await first
    expect(sent).toBe(1)
    page.unmount()
  })
})

describe('the field of a fault', () => {
  it('is that of the list it is in', () => {
    expect(fieldOf('departments[2].code')).toBe('departments')
    expect(fieldOf('patient.name')).toBe('patient')
    expect(fieldOf(null)).toBe('')
  })
})
