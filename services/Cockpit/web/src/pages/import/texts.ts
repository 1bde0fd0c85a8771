import { defineTexts, type KeyOf } from '@/i18n'

export const texts = defineTexts({
  'import.title': ['批量导入', 'Import'],
  'import.lead': ['上传 CSV 文件，先预览每一行的校验结果，确认后再写入名册。', 'Upload a CSV file, look at what was found row by row, then take it into the register.'],
  'import.of': ['导入内容', 'What to import'],
  'import.institutions': ['机构', 'Institutions'],
  'import.practitioners': ['执业人员', 'Practitioners'],
  'import.file': ['文件', 'File'],
  'import.file.hint': ['CSV，UTF-8 编码，首行为列名', 'CSV in UTF-8, with the names of the columns in the first line'],
  'import.template': ['下载模板', 'Download a template'],
  'import.mode': ['有错误时', 'When rows have faults'],
  'import.mode.all': ['全部不导入', 'Take in nothing'],
  'import.mode.valid': ['只导入正确的行', 'Take in the rows without faults'],
  'import.tooLarge': ['文件超过 {n} MB，请拆分后导入。', 'The file is larger than {n} MB. Split it.'],
  'import.preview': ['预览', 'Preview'],
  'import.previewing': ['正在校验…', 'Checking…'],
  'import.apply': ['导入 {n} 行', 'Take in {n} rows'],
  'import.applying': ['正在导入…', 'Taking in…'],
  'import.applied': ['已导入 {n} 行', '{n} rows taken in'],
  'import.nothing': ['没有可以导入的行', 'There is nothing to take in'],
  'report.title': ['校验结果', 'What was found'],
  'report.done': ['导入结果', 'What was taken in'],
  'report.rows': ['总行数', 'Rows'],
  'report.accepted': ['正确', 'Without faults'],
  'report.refused': ['有错误', 'With faults'],
  'report.applied': ['已导入', 'Taken in'],
  'report.faults': ['逐行错误', 'Faults by row'],
  'report.row': ['行', 'Row'],
  'report.column': ['列', 'Column'],
  'report.fault': ['错误', 'Fault'],
  'report.code': ['代码', 'Code'],
  'report.clean': ['所有行都正确', 'No row has a fault'],
  'report.more': ['错误过多，此处只列出前 {n} 条。', 'There are more faults; the first {n} are listed.'],
  'report.download': ['下载错误清单', 'Download the list of faults']
})

export type TextKey = KeyOf<typeof texts>
export const { t, has } = texts
