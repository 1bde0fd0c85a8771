// How medicines are called in English: pinyin, for herbs the pharmacopoeia's Latin too, as the knowledge has them. Formulas are written in pinyin by the
// readings that their characters have in the names of herbs, and by these.
import { existsSync, readFileSync } from 'node:fs'

const readings = Object.fromEntries(
  (
    '下xia 中zhong 二er 交jiao 亲qin 保bao 养yang 冲chong 凉liang 分fen 勇yong 十shi 台tai 右you 命ming 和he 喘chuan 嗽sou 固gu 增zeng 壶hu 复fu 失shi 妙miao 完wan ' +
    '定ding 导dao 寿shou 少shao 屏ping 左zuo 带dai 府fu 建jian 承cheng 拈nian 拗ao 排pai 方fang 易yi 普pu 暑shu 暖nuan 止zhi 正zheng 武wu 气qi 汤tang 泉quan 泰tai 济ji ' +
    '涤di 液ye 温wen 湿shi 滞zhi 灰hui 煎jian 熄xi 燥zao 物wu 理li 疏shu 痛tong 痞pi 痰tan 痹bi 瘀yu 真zhen 笑xiao 经jing 缩suo 肌ji 肺fei 肾shen 胃wei 胎tai 胜sheng ' +
    '胸xiong 脉mai 脏zang 脾pi 膈ge 至zhi 苇wei 茎jing 营ying 蠲juan 要yao 解jie 调tiao 越yue 身shen 还huan 逆ni 逍xiao 逐zhu 遥yao 镇zhen 门men 阴yin 陷xian 露lu 鞠ju ' +
    '饮yin 阿e'
  )
    .split(' ')
    .map(entry => [entry[0], entry.slice(1)])
)

/** The first columns of a table; none of them is quoted. */
function rows(file, columns) {
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .slice(1)
    .filter(line => line !== '')
    .map(line => line.split(',', columns))
}

const title = pinyin => pinyin.replace(/(^| )[a-z]/g, letter => letter.toUpperCase())

/** @returns the source of a module with `medicines`: Chinese name → pinyin and Latin, the latter empty for formulas */
export function medicines(knowledge) {
  const herbs = existsSync(`${knowledge}herbs.csv`) ? rows(`${knowledge}herbs.csv`, 3) : []
  const formulas = herbs.length > 0 ? rows(`${knowledge}formulas.csv`, 1) : []
  const heard = new Map()
  for (const [name, pinyin] of herbs) [...name].forEach((character, i) => heard.set(character, pinyin.split(' ')[i]))
  const read = character => {
    const reading = readings[character] ?? heard.get(character)
    if (!reading) throw new Error(`${character}: no reading in scripts/medicines.mjs`)
    return reading
  }
  const all = Object.fromEntries([
    ...formulas.map(([name]) => [name, [title([...name].map(read).join(' ')), '']]),
    ...herbs.map(([name, pinyin, latin]) => [name, [title(pinyin), latin]])
  ])
  return `export const medicines: Record<string, [pinyin: string, latin: string]> = ${JSON.stringify(all)}\n`
}
