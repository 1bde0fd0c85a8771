// Writes to src/api/generated what the page takes from elsewhere in the repository: the types of every service's HTTP contract, from
// docs/contracts/openapi, and how medicines are called in English, from the knowledge.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapi, { astToString } from 'openapi-typescript'
import { medicines } from './medicines.mjs'

const from = fileURLToPath(new URL('../../../../docs/contracts/openapi/', import.meta.url))
const to = fileURLToPath(new URL('../src/api/generated/', import.meta.url))

rmSync(to, { recursive: true, force: true })
mkdirSync(to, { recursive: true })
const knowledge = fileURLToPath(new URL('../../../../contracts/TcmBrain.Knowledge/Data/', import.meta.url))
writeFileSync(`${to}medicines.ts`, medicines(knowledge))
// A container that is built of this folder alone has no documents and no knowledge; then the types allow anything and medicines keep their names.
const services = ['cockpit', 'decoction', 'institutions', 'pharmacy', 'prescriptions', 'quality', 'traceability']
if (!existsSync(from)) {
  for (const service of services) writeFileSync(`${to}${service}.ts`, 'export type paths = any\n')
  process.exit(0)
}
for (const file of readdirSync(from).filter(name => name.endsWith('.json'))) {
  const document = JSON.parse(readFileSync(from + file, 'utf8'))
  writeFileSync(to + file.replace('.json', '.ts'), astToString(await openapi(document)))
}
