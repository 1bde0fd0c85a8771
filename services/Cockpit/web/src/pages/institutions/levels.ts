import type { Option } from '@/blocks/FormField.vue'

const names = ['三级特等', '三级甲等', '三级乙等', '三级丙等', '三级', '二级甲等', '二级乙等', '二级丙等', '二级', '一级甲等', '一级乙等', '一级丙等', '一级', '未定级']

/** 医院等级 (医院分级管理办法): the register's own values, which are Chinese whatever the page's language. */
export const levels: readonly Option[] = names.map(value => ({ value, text: value }))
