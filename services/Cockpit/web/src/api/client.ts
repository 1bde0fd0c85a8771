import createClient from 'openapi-fetch'
import { ask } from './fetch'
import type { paths as CockpitPaths } from './generated/cockpit'
import type { paths as DecoctionPaths } from './generated/decoction'
import type { paths as InstitutionsPaths } from './generated/institutions'
import type { paths as PharmacyPaths } from './generated/pharmacy'
import type { paths as PrescriptionsPaths } from './generated/prescriptions'
import type { paths as QualityPaths } from './generated/quality'
import type { paths as TraceabilityPaths } from './generated/traceability'

/** The services' HTTP interfaces, typed by their OpenAPI documents. Await through `answer`: what is refused is thrown. */
const options = { baseUrl: location.origin, fetch: ask }

export const institutions = createClient<InstitutionsPaths>(options)
export const prescriptions = createClient<PrescriptionsPaths>(options)
export const pharmacy = createClient<PharmacyPaths>(options)
export const decoction = createClient<DecoctionPaths>(options)
export const quality = createClient<QualityPaths>(options)
export const traceability = createClient<TraceabilityPaths>(options)
export const cockpit = createClient<CockpitPaths>(options)

/** The body of an answer: `await answer(institutions.GET('/api/institutions/regions'))`. */
export async function answer<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T
}

/** The entity tag of a version, for If-Match. */
export function tagOf(version: number): string {
  return `"${version}"`
}
