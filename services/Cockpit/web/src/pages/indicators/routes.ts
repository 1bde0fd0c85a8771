import type { Page } from '@/shell/pages'

const authorities = ['regulator', 'operator'] as const

export const pages: Page[] = [
  {
    path: '/indicators',
    name: 'indicators',
    title: ['规划指标', 'Plan indicators'],
    roles: authorities,
    nav: { group: 'overview', icon: 'chart', order: 60 },
    page: () => import('./WallPage.vue')
  },
  {
    path: '/indicators/values',
    name: 'indicator-values',
    title: ['指标填报', 'Reported values'],
    roles: authorities,
    nav: { group: 'overview', icon: 'clipboard', order: 61 },
    page: () => import('./ValuesPage.vue')
  },
  {
    path: '/indicators/plans',
    name: 'indicator-plans',
    title: ['规划与目标', 'Plans and targets'],
    roles: authorities,
    nav: { group: 'overview', icon: 'table', order: 62 },
    page: () => import('./PlansPage.vue')
  },
  {
    path: '/indicators/plans/new',
    name: 'indicator-plan-new',
    title: ['新建规划', 'New plan'],
    roles: authorities,
    under: 'indicator-plans',
    page: () => import('./PlanEditPage.vue')
  },
  {
    path: '/indicators/plans/:code/edit',
    name: 'indicator-plan',
    title: ['编辑规划', 'Edit the plan'],
    roles: authorities,
    under: 'indicator-plans',
    page: () => import('./PlanEditPage.vue')
  },
  {
    path: '/indicators/:plan/:seq',
    name: 'indicator',
    title: ['指标卡', 'Indicator'],
    roles: authorities,
    under: 'indicators',
    page: () => import('./IndicatorPage.vue')
  }
]
