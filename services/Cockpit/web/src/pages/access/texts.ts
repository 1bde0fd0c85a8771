import { defineTexts, type KeyOf } from '@/i18n'

export const texts = defineTexts({
  'log.title': ['患者身份查阅记录', 'Access to patient identity'],
  'log.lead': ['谁在何时、因何查看过哪位患者的身份信息。记录只增不改。', 'Who looked at which patient\'s identity, when and why. Entries are never changed.'],
  'log.none': ['还没有查阅记录', 'Nobody has looked yet'],
  'filter.institution': ['机构', 'Institution'],
  'filter.institution.hint': ['全部机构', 'Any institution'],
  'filter.subject': ['查看人', 'Who'],
  'filter.subject.hint': ['用户名或客户端编号', 'User name or client id'],
  'filter.prescription': ['处方', 'Prescription'],
  'filter.prescription.hint': ['平台处方编号', 'Platform id of the prescription'],
  'filter.from': ['自', 'From'],
  'filter.to': ['至', 'To'],
  'field.seenAt': ['时间', 'When'],
  'field.subject': ['查看人', 'Who'],
  'field.action': ['操作', 'Action'],
  'field.institution': ['患者所属机构', 'Institution of the patient'],
  'field.prescription': ['处方', 'Prescription'],
  'field.purpose': ['事由', 'Purpose'],
  'action.reveal': ['查看身份', 'Identity shown'],
  'action.search': ['按身份检索', 'Search by identity'],
  'action.erase': ['删除身份', 'Identity erased'],
  'found.none': ['未找到', 'none found'],
  'found.some': ['{n} 张处方', '{n} prescriptions'],
  'bad.prescription': ['处方编号格式不正确', 'That is not the id of a prescription']
})

export type TextKey = KeyOf<typeof texts>
export const { t, word } = texts
