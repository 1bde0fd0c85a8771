import type { Page } from '@/shell/pages'

const stockroom = ['dispenser', 'pharmacist', 'admin', 'quality', 'regulator'] as const
const keepers = ['dispenser', 'admin'] as const
const buyers = ['dispenser', 'pharmacist', 'admin'] as const

export const pages: Page[] = [
  { path: '/stock', name: 'stock', title: ['库存', 'Stock'], roles: stockroom, nav: { group: 'pharmacy', icon: 'jar', order: 40 }, page: () => import('./StockPage.vue') },
  { path: '/lots/:id', name: 'lot', title: ['批次', 'Lot'], roles: stockroom, under: 'stock', page: () => import('./LotPage.vue') },
  {
    path: '/goods-in',
    name: 'goods-in',
    title: ['收货与验收', 'Goods in and acceptance'],
    roles: stockroom,
    nav: { group: 'pharmacy', icon: 'clipboard', order: 42 },
    page: () => import('./DeliveriesPage.vue')
  },
  { path: '/goods-in/new', name: 'delivery-new', title: ['登记送货单', 'Record a delivery note'], roles: keepers, under: 'goods-in', page: () => import('./DeliveryNewPage.vue') },
  { path: '/goods-in/:id', name: 'delivery', title: ['验收', 'Acceptance'], roles: stockroom, under: 'goods-in', page: () => import('./DeliveryPage.vue') },
  {
    path: '/quarantine',
    name: 'quarantine',
    title: ['待验与放行', 'Quarantine and release'],
    roles: stockroom,
    nav: { group: 'pharmacy', icon: 'flask', order: 44 },
    page: () => import('./QuarantinePage.vue')
  },
  { path: '/positions', name: 'positions', title: ['货位与养护', 'Positions and care'], roles: stockroom, nav: { group: 'pharmacy', icon: 'table', order: 46 }, page: () => import('./PositionsPage.vue') },
  { path: '/stocktakes', name: 'stocktakes', title: ['盘点', 'Stocktakes'], roles: stockroom, nav: { group: 'pharmacy', icon: 'list', order: 48 }, page: () => import('./StocktakesPage.vue') },
  { path: '/stocktakes/:id', name: 'stocktake', title: ['盘点', 'Stocktake'], roles: stockroom, under: 'stocktakes', page: () => import('./StocktakePage.vue') },
  {
    path: '/orders',
    name: 'orders',
    title: ['采购与供应商', 'Orders and suppliers'],
    roles: ['dispenser', 'pharmacist', 'admin', 'regulator'],
    nav: { group: 'pharmacy', icon: 'truck', order: 50 },
    page: () => import('./OrdersPage.vue')
  },
  { path: '/orders/new', name: 'order-new', title: ['新采购单', 'New order'], roles: buyers, under: 'orders', page: () => import('./OrderEditPage.vue') },
  { path: '/orders/:id', name: 'order', title: ['采购单', 'Order'], roles: ['dispenser', 'pharmacist', 'admin', 'regulator'], under: 'orders', page: () => import('./OrderPage.vue') },
  { path: '/orders/:id/edit', name: 'order-edit', title: ['编辑采购单', 'Edit the order'], roles: buyers, under: 'orders', page: () => import('./OrderEditPage.vue') },
  {
    path: '/stock-moves',
    name: 'stock-moves',
    title: ['调拨与损耗', 'Transfers, losses, returns'],
    roles: stockroom,
    nav: { group: 'pharmacy', icon: 'forward', order: 52 },
    page: () => import('./MovesPage.vue')
  },
  { path: '/stock-moves/goods-back', name: 'goods-back', title: ['登记退药', 'Take goods back'], roles: ['dispenser', 'pharmacist'], under: 'stock-moves', page: () => import('./GoodsBackPage.vue') }
]
