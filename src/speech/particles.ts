/** One character whose reading its neighbours decide, and that reading with its tone number. */
export type Particle = [name: string, pattern: RegExp, reading: string];

/** How something is done: before 地 it makes an adverb. Beside these, what is doubled does: 慢慢, 高高兴兴, 一步一步. */
const MANNER =
  "认真|积极|主动|高兴|愉快|快乐|大力|及时|热烈|热情|深入|科学|有效|有序|有力|不断|持续|安全|迅速|快速|努力|仔细|耐心|细心|自觉|准确|全面|广泛|扎实|稳步|深刻|顺利|亲切|严格|充分|真正|真诚|系统|详细|明确|公开|公正|公平|合理|成功|勇敢|坚定|坚决|紧张|轻松|安静|平稳|稳定|牢牢|逐步|逐渐|渐渐|更好|更多|更快|突然|忽然|自然|仍然|显著|清楚|正确|灵活|独立|自由|自豪|骄傲|激动|满意|尽可能|创造性|因地制宜|一如既往|潜移默化|小心|用心|精心|尽心|衷心|专心|一致|异常|特别|非常|极大|形象|生动|具体|高效|统一";
/** After the same words 地 may also begin one of its own: 安全地带, 自然地理, 科学地图. */
const NO_PLACE =
  "(?!方|域|点|位|址|块|形|势|震|质|图|铁|产|税|段|主|级|名|球|区(?![分别])|带(?![领动头来])|理(?![解顺]))";

/** What may stand before 得 and its complement. */
const VERB =
  "[跑做说讲看听写干学吃喝睡走来飞跳唱长晒管种养办过活变搞用住穿玩记想笑哭累忙热冷多大气下刮开播响建修打教抓弄洗擦扫浇收割卖买赚挣花传放调装拉推站坐躺拿找]|打扫|收拾|落实|完成|准备|安排|组织|发展|表现|恢复|解决|处理|播放|生活|保护|管理|布置|进行|高兴";
/** How well it is done, or that it can be. */
const COMPLEMENT =
  "很|好|快|慢|多|少|高|低|大|小|早|晚|远|近|深|浅|清|干净|漂亮|稳|准|紧|严|细|实|对|错|见|起|住|完|动|懂|过来|上来|下来|出来|进去|开|井井|热火|热闹|整齐|怎么样|如何|非常|特别|比较|更|最|太|不(?!到)|十分|相当|越|真|挺|格外|更加|有声有色|红红火火|满|像|仔细|认真|明白|圆满|到位";
/** Who must, and how: 我得去, 还得等. */
const MUST = "我|你|他|她|咱|们|大家|谁|必须|还|就|都|也|总|非|仍|又";
/** What one gets: then it has the second tone after those, too. */
const GOT = "到|了|奖|分|知|出|以|益|当|名|失|体|票|意|力|主|过|病|罪|心|天|[一二两三四五六七八九十百千]";

export const PARTICLES: Particle[] = [
  ["adverb of what is doubled, 慢慢地走", /(?<=\1(\p{Script=Han}{1,2}))地(?![里上下头面块方点])/gu, "de5"],
  ["adverb, 认真地学", new RegExp(`(?<=${MANNER})地${NO_PLACE}`, "gu"), "de5"],
  ["complement, 跑得快", new RegExp(`(?<=${VERB})得(?=${COMPLEMENT})`, "gu"), "de5"],
  ["what can be done, 做得到", /(?<=[看听找做办吃想拿买用])得(?=到)/gu, "de5"],
  ["what is worth it, 值得", /(?<=值|不由)得/gu, "de5"],
  ["must, 我得去", new RegExp(`(?<=${MUST})得(?!${GOT})`, "gu"), "dei3"],
  ["growing, 长得快", /长(?=得)/gu, "zhang3"],
  // 播 bō 种 zhǒng is to sow; with the crop named it is to plant: zhòng.
  [
    "planting, 播种小麦",
    /(?<=播)种(?=了|[冬春夏秋]?(?:小麦|玉米|大豆|水稻|花生|棉花|土豆|马铃薯|高粱|谷子|油菜|蔬菜|黄瓜|萝卜|白菜|大蒜|豆角|西瓜|绿豆|红薯|牧草))/gu,
    "zhong4",
  ],
];
