import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import { fill, type Pair } from '@/i18n'
import { groups, pages } from '@/shell/pages'

const source = join(__dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(f => /\.(vue|ts)$/.test(f) && !f.includes('generated'))
const code = new Map(files.map(f => [f, readFileSync(join(source, f), 'utf8')]))
const folders = import.meta.glob<{ texts: { table: Record<string, Pair> } }>('../src/**/texts.ts', { eager: true })
const named: [string, Pair][] = [
  ...Object.entries(folders).flatMap(([file, module]) => Object.entries(module.texts.table).map(([key, pair]) => [`${file} ${key}`, pair] as [string, Pair])),
  ...Object.entries(groups).map(([key, pair]) => [`navigation ${key}`, pair] as [string, Pair]),
  ...pages.map(page => [`page ${page.name}`, page.title] as [string, Pair])
]
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort()
const han = /\p{Script=Han}/u

describe('texts', () => {
  it('stand in both languages, with the same holes to fill', () => {
    expect(Object.keys(folders).length).toBeGreaterThan(1)
    for (const [name, pair] of named) {
      expect(pair, name).toHaveLength(2)
      for (const text of pair) expect(text.trim(), name).not.toBe('')
      expect(holes(pair[1]), name).toEqual(holes(pair[0]))
    }
  })

  it('hold no Chinese in English but the name of the other language', () => {
    for (const [name, pair] of named.filter(([n]) => !n.endsWith(' app.language'))) expect(pair[1], name).not.toMatch(han)
  })

  it('are all used', () => {
    const users = [...code].filter(([f]) => !f.endsWith('texts.ts')).map(([, text]) => text).join('\n')
    // Read once: thousands of keys are looked for.
    const all = (pattern: RegExp) => new Set([...users.matchAll(pattern)].map(m => m[1]!))
    const quoted = all(/'(?=([^'\s]+)')/g)
    const begun = new Set([...all(/`(?=([^`$\s]+)\.\$\{)/g), ...all(/word\('([^']+)'/g)])
    const ended = all(/\}\.(?=([^`{}\s]+)`)/g)
    const unused: string[] = []
    for (const [file, module] of Object.entries(folders)) {
      for (const key of Object.keys(module.texts.table)) {
        // A key is written out, or made of one part and something that is chosen or that a service names:
        // `role.${role}`, `${action}.title`, word('kind', kind).
        const parts = key.split('.')
        const built = parts.slice(1).some((_, i) => {
          const [begin, end] = [parts.slice(0, i + 1).join('.'), parts.slice(i + 1).join('.')]
          return begun.has(begin) || ended.has(end)
        })
        // The words of buttons and choices are there for any page.
        const vocabulary = file.includes('/i18n/') && /^(action|form|yes|no)\b/.test(key)
        if (!built && !vocabulary && !quoted.has(key)) unused.push(`${file} ${key}`)
      }
    }
    expect(unused).toEqual([])
  })

  it('stand nowhere but in the texts', () => {
    // Values of the register that are Chinese themselves.
    const allowed = new Set(['regions.ts', join('pages', 'institutions', 'levels.ts')])
    for (const [file, text] of code) {
      if (file.endsWith('texts.ts') || file.endsWith('routes.ts') || file === join('shell', 'pages.ts') || allowed.has(file)) continue
      const bare = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
      expect(bare.split('\n').filter(line => han.test(line)), file).toEqual([])
      if (file.endsWith('.vue')) expect(rawWords(text), file).toEqual([])
    }
  })

  it('fill their holes and leave visible what is not given', () => {
    expect(fill('{n} of {m}', { n: 3 })).toBe('3 of {m}')
  })
})

/** A node of a template as Vue's compiler gives it: 1 is an element, 2 a text, 6 a plain attribute. */
interface TemplateNode {
  type: number
  content?: unknown
  props?: { type: number; name: string; value?: { content: string } }[]
  children?: TemplateNode[]
}

/** Words in a template that are not taken from the texts: between tags, and in attributes that are read or shown. */
function rawWords(file: string): string[] {
  const read = new Set(['title', 'label', 'placeholder', 'alt', 'aria-label', 'text', 'lead', 'hint', 'action', 'caption', 'summary', 'note'])
  const found: string[] = []
  const visit = (node: TemplateNode): void => {
    if (node.type === 2 && /\p{L}{2}/u.test(String(node.content))) found.push(String(node.content).trim())
    for (const prop of node.type === 1 ? (node.props ?? []) : []) {
      if (prop.type === 6 && read.has(prop.name) && /\p{L}{2}/u.test(prop.value?.content ?? '')) found.push(`${prop.name}="${prop.value!.content}"`)
    }
    for (const child of node.children ?? []) if (typeof child === 'object') visit(child)
  }
  const template = parse(file).descriptor.template?.ast
  if (template) visit(template as unknown as TemplateNode)
  return found
}
