import { defineTexts } from '@/i18n'

export const texts = defineTexts({
  'sat.title': ['患者满意度', 'Patients’ satisfaction'],
  'sat.lead': ['患者扫描药袋二维码后回答,每张处方一份,不记录身份。少于 {n} 份的结果不显示。', 'Answered by patients after scanning their bag, once a prescription, without identity. Results of fewer than {n} are not shown.'],
  'sat.subject': ['按', 'By'],
  'subject.institution': ['医疗机构', 'Hospital'],
  'subject.centre': ['共享药房', 'Centre'],
  'sat.period': ['月份', 'Month'],
  'sat.all': ['范围内合计', 'All in sight'],
  'sat.place': ['机构', 'Institution'],
  'sat.answers': ['问卷', 'Answers'],
  'sat.hidden': ['不足,不显示', 'too few to show'],
  'sat.none': ['这个月还没有人回答。', 'Nobody has answered this month yet.'],
  'sat.of': ['{mean} / 5({n} 份)', '{mean} / 5 ({n} answers)'],
  'sat.comments': ['患者留言', 'Comments'],
  'sat.comments.note': ['留言由质控人员阅读后才显示;号码和网址已自动隐去。', 'A comment is shown after quality control has read it; numbers and addresses are taken out.'],
  'sat.comments.none': ['没有留言。', 'No comments.'],
  'sat.state': ['状态', 'State'],
  'state.waiting': ['待阅', 'To be read'],
  'state.shown': ['已显示', 'Shown'],
  'state.hidden': ['已隐藏', 'Hidden'],
  'sat.show': ['显示', 'Show'],
  'sat.hide': ['隐藏', 'Hide'],
  'sat.done': ['已处理。', 'Done.'],
  'sat.marks': ['总体 {n} 分', 'overall {n}']
})
export const { t, word } = texts
