/**
 * What people here choose first, besides what the lists of breached passwords have: the place and the work in pinyin,
 * wishes, keyboard habits, and the commonest surnames and syllables of given names (Ministry of Public Security, 2020).
 */
const PLACE_AND_WORK = `cuncunxiang shouguang weifang shandong zhongguo guangbo dangjian dangyuan zhisheng chuxin jiangtang
  zhibu zuzhibu rongmeiti meiti xuanchuan laba dalaba guangbozhan cunwei cunzhuang xiangzhen zhenjie jiedao shequ
  guanliyuan kouling mima denglu xitong yonghu ceshi putong diantai yingji tongzhi nongcun dapeng shucai`;
const WISHES = `woaini woaizhongguo woaini1314 zhonghua renmin gongchandang xinnian kuaile zhufu fuqi facai pingan jiankang
  xingfu meiman laopo laogong baobao baobei mama baba erzi nver haha nihao xiexie beijing shanghai jinan qingdao
  chunjie zhongqiu guoqing woshishui buzhidao wangjile`;
const SURNAMES = `wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song
  tang han feng deng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lv ding ren shen yao lu cui
  zhong tan wang fan liao shi jin jia xia fu fang zou xiong bai meng qin qiu hou jiang`;
const GIVEN = `wei fang na xiuying min jing li qiang lei yang yong yan jie juan tao ming chao xiulan xia ping gang guiying
  jianguo jianjun jianhua zhiqiang xiaoming xiaohong meiling haiyan haibo wenjie zihan yuxuan haoran zixuan`;

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word.length > 1);
const fullNames = words(SURNAMES).flatMap((surname) => words(GIVEN).map((given) => surname + given));

export const GUESSABLE_WORDS: readonly string[] = [
  ...new Set([...[PLACE_AND_WORK, WISHES, SURNAMES, GIVEN].flatMap(words), ...fullNames]),
];
