// Writes the types of every service's HTTP contract, from docs/contracts/openapi to src/api/generated.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapi, { astToString } from 'openapi-typescript'

const from = fileURLToPath(new URL('../../../../docs/contracts/openapi/', import.meta.url))
const to = fileURLToPath(new URL('../src/api/generated/', import.meta.url))

rmSync(to, { recursive: true, force: true })
mkdirSync(to, { recursive: true })
// A container that is built of this folder alone has no documents; then the types allow anything.
const services = ['cockpit', 'decoction', 'institutions', 'pharmacy', 'prescriptions', 'quality', 'traceability']
if (!existsSync(from)) {
  for (const service of services) writeFileSync(`${to}${service}.ts`, 'export type paths = any\n')
  process.exit(0)
}
for (const file of readdirSync(from).filter(name => name.endsWith('.json'))) {
  const document = JSON.parse(readFileSync(from + file, 'utf8'))
  writeFileSync(to + file.replace('.json', '.ts'), astToString(await openapi(document)))
}
