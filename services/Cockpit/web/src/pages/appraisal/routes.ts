import type { Page } from '@/shell/pages'

const judges = ['quality', 'regulator'] as const
const overseers = ['quality', 'regulator', 'operator'] as const
const own = ['pharmacist', 'prescriber', 'admin'] as const
const everybody = [...overseers, ...own] as const

export const pages: Page[] = [
  { path: '/appraisals', name: 'appraisals', title: ['处方点评', 'Prescription reviews'], roles: judges, nav: { group: 'quality', icon: 'clipboard', order: 10 }, page: () => import('./QueuePage.vue') },
  { path: '/appraisals/:id', name: 'appraisal', title: ['处方点评', 'Review'], roles: everybody, under: 'appraisals', page: () => import('./VerdictPage.vue') },
  { path: '/sampling', name: 'sampling', title: ['抽样方案', 'Sampling'], roles: overseers, nav: { group: 'quality', icon: 'list', order: 12 }, page: () => import('./SamplingPage.vue') },
  { path: '/sampling/runs/:id', name: 'sampling-run', title: ['抽样批次', 'Draw'], roles: overseers, under: 'sampling', page: () => import('./RunPage.vue') },
  { path: '/appraisal-results', name: 'appraisal-results', title: ['点评结果', 'Review results'], roles: everybody, nav: { group: 'quality', icon: 'chart', order: 14 }, page: () => import('./ResultsPage.vue') },
  { path: '/appraisal-feedback', name: 'appraisal-feedback', title: ['点评反馈', 'Review feedback'], roles: own, nav: { group: 'quality', icon: 'forward', order: 16 }, page: () => import('./FeedbackPage.vue') },
  { path: '/appraisal-publications', name: 'appraisal-publications', title: ['点评公示', 'Published reviews'], roles: everybody, nav: { group: 'quality', icon: 'shield', order: 18 }, page: () => import('./PublicationsPage.vue') },
  { path: '/appraisal-publications/:id', name: 'appraisal-publication', title: ['点评公示', 'Published review'], roles: everybody, under: 'appraisal-publications', page: () => import('./PublicationPage.vue') }
]
