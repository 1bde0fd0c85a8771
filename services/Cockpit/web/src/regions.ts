/**
 * Names of administrative divisions (GB/T 2260) that the page can offer: the provinces, the cities of Zhejiang and Shandong, and the counties
 * of Hangzhou (as of 2021), Jinhua, Shanghai and Yantai. Another code is shown as it is.
 */
const names: Record<string, readonly [zh: string, en: string]> = {
  '110000': ['北京市', 'Beijing'], '120000': ['天津市', 'Tianjin'], '130000': ['河北省', 'Hebei'], '140000': ['山西省', 'Shanxi'],
  '150000': ['内蒙古自治区', 'Inner Mongolia'], '210000': ['辽宁省', 'Liaoning'], '220000': ['吉林省', 'Jilin'],
  '230000': ['黑龙江省', 'Heilongjiang'], '310000': ['上海市', 'Shanghai'], '320000': ['江苏省', 'Jiangsu'], '330000': ['浙江省', 'Zhejiang'],
  '340000': ['安徽省', 'Anhui'], '350000': ['福建省', 'Fujian'], '360000': ['江西省', 'Jiangxi'], '370000': ['山东省', 'Shandong'],
  '410000': ['河南省', 'Henan'], '420000': ['湖北省', 'Hubei'], '430000': ['湖南省', 'Hunan'], '440000': ['广东省', 'Guangdong'],
  '450000': ['广西壮族自治区', 'Guangxi'], '460000': ['海南省', 'Hainan'], '500000': ['重庆市', 'Chongqing'], '510000': ['四川省', 'Sichuan'],
  '520000': ['贵州省', 'Guizhou'], '530000': ['云南省', 'Yunnan'], '540000': ['西藏自治区', 'Tibet'], '610000': ['陕西省', 'Shaanxi'],
  '620000': ['甘肃省', 'Gansu'], '630000': ['青海省', 'Qinghai'], '640000': ['宁夏回族自治区', 'Ningxia'], '650000': ['新疆维吾尔自治区', 'Xinjiang'],
  '710000': ['台湾省', 'Taiwan'], '810000': ['香港特别行政区', 'Hong Kong'], '820000': ['澳门特别行政区', 'Macao'],
  '330100': ['杭州市', 'Hangzhou'], '330200': ['宁波市', 'Ningbo'], '330300': ['温州市', 'Wenzhou'], '330400': ['嘉兴市', 'Jiaxing'],
  '330500': ['湖州市', 'Huzhou'], '330600': ['绍兴市', 'Shaoxing'], '330700': ['金华市', 'Jinhua'], '330800': ['衢州市', 'Quzhou'],
  '330900': ['舟山市', 'Zhoushan'], '331000': ['台州市', 'Taizhou'], '331100': ['丽水市', 'Lishui'],
  '330102': ['上城区', 'Shangcheng'], '330105': ['拱墅区', 'Gongshu'], '330106': ['西湖区', 'Xihu'], '330108': ['滨江区', 'Binjiang'],
  '330109': ['萧山区', 'Xiaoshan'], '330110': ['余杭区', 'Yuhang'], '330111': ['富阳区', 'Fuyang'], '330112': ['临安区', "Lin'an"],
  '330113': ['临平区', 'Linping'], '330114': ['钱塘区', 'Qiantang'], '330122': ['桐庐县', 'Tonglu'], '330127': ['淳安县', "Chun'an"],
  '330182': ['建德市', 'Jiande'], '330702': ['婺城区', 'Wucheng'], '330703': ['金东区', 'Jindong'], '330723': ['武义县', 'Wuyi'],
  '330726': ['浦江县', 'Pujiang'], '330727': ['磐安县', "Pan'an"], '330781': ['兰溪市', 'Lanxi'], '330782': ['义乌市', 'Yiwu'],
  '330783': ['东阳市', 'Dongyang'], '330784': ['永康市', 'Yongkang'],
  '310100': ['上海市', 'Shanghai'], '310101': ['黄浦区', 'Huangpu'], '310104': ['徐汇区', 'Xuhui'], '310105': ['长宁区', 'Changning'],
  '310106': ['静安区', "Jing'an"], '310107': ['普陀区', 'Putuo'], '310109': ['虹口区', 'Hongkou'], '310110': ['杨浦区', 'Yangpu'],
  '310112': ['闵行区', 'Minhang'], '310113': ['宝山区', 'Baoshan'], '310114': ['嘉定区', 'Jiading'], '310115': ['浦东新区', 'Pudong'],
  '310116': ['金山区', 'Jinshan'], '310117': ['松江区', 'Songjiang'], '310118': ['青浦区', 'Qingpu'], '310120': ['奉贤区', 'Fengxian'],
  '310151': ['崇明区', 'Chongming'],
  '370100': ['济南市', 'Jinan'], '370200': ['青岛市', 'Qingdao'], '370300': ['淄博市', 'Zibo'], '370400': ['枣庄市', 'Zaozhuang'],
  '370500': ['东营市', 'Dongying'], '370600': ['烟台市', 'Yantai'], '370700': ['潍坊市', 'Weifang'], '370800': ['济宁市', 'Jining'],
  '370900': ['泰安市', "Tai'an"], '371000': ['威海市', 'Weihai'], '371100': ['日照市', 'Rizhao'], '371300': ['临沂市', 'Linyi'],
  '371400': ['德州市', 'Dezhou'], '371500': ['聊城市', 'Liaocheng'], '371600': ['滨州市', 'Binzhou'], '371700': ['菏泽市', 'Heze'],
  '370602': ['芝罘区', 'Zhifu'], '370611': ['福山区', 'Fushan'], '370612': ['牟平区', 'Muping'], '370613': ['莱山区', 'Laishan'],
  '370614': ['蓬莱区', 'Penglai'], '370681': ['龙口市', 'Longkou'], '370682': ['莱阳市', 'Laiyang'], '370683': ['莱州市', 'Laizhou'],
  '370685': ['招远市', 'Zhaoyuan'], '370686': ['栖霞市', 'Qixia'], '370687': ['海阳市', 'Haiyang']
}

export const everywhere = '000000'

export function regionName(code: string, chinese: boolean): string {
  const name = names[code]
  return name ? name[chinese ? 0 : 1] : code
}

/** The digits that every region below this one starts with. */
export function subtreePrefix(code: string): string {
  if (code === everywhere) return ''
  if (code.endsWith('0000')) return code.slice(0, 2)
  return code.endsWith('00') ? code.slice(0, 4) : code
}

/** The regions that somebody at home in `home` can choose from, itself first, then by code. */
export function regionsWithin(home: string): string[] {
  const prefix = subtreePrefix(home)
  const below = Object.keys(names).filter(code => code !== home && code.startsWith(prefix)).sort()
  return [home, ...below]
}

/** GB/T 2260's letters of the provinces. */
const letters: Record<string, string> = {
  '110000': 'BJ', '120000': 'TJ', '130000': 'HE', '140000': 'SX', '150000': 'NM', '210000': 'LN', '220000': 'JL', '230000': 'HL', '310000': 'SH', '320000': 'JS',
  '330000': 'ZJ', '340000': 'AH', '350000': 'FJ', '360000': 'JX', '370000': 'SD', '410000': 'HA', '420000': 'HB', '430000': 'HN', '440000': 'GD', '450000': 'GX',
  '460000': 'HI', '500000': 'CQ', '510000': 'SC', '520000': 'GZ', '530000': 'YN', '540000': 'XZ', '610000': 'SN', '620000': 'GS', '630000': 'QH', '640000': 'NX',
  '650000': 'XJ', '710000': 'TW', '810000': 'HK', '820000': 'MO'
}

/** A name for where there is little room: 浙江, ZJ; a city or county has none shorter than its own. */
export function shortRegionName(code: string, chinese: boolean): string {
  if (!(code in letters)) return regionName(code, chinese)
  return chinese ? regionName(code, true).replace(/(省|市|维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区)$/, '') : letters[code]!
}

/** The region above: county, city, province, everywhere; null above everything. */
export function parentOf(code: string): string | null {
  if (code === everywhere) return null
  if (code.endsWith('0000')) return everywhere
  return code.endsWith('00') ? `${code.slice(0, 2)}0000` : `${code.slice(0, 4)}00`
}

/** The known regions of the next level below; none below a county. */
export function childrenOf(code: string): string[] {
  return Object.keys(names)
    .filter(other => other !== code && parentOf(other) === code)
    .sort()
}

/** 0 for a province, 1 for a city, 2 for a county: how far its entry is set in. */
export function regionDepth(code: string): number {
  return code.endsWith('0000') ? 0 : code.endsWith('00') ? 1 : 2
}
