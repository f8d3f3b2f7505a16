import { createHash } from "node:crypto";
import { BOM, csvLine } from "../http/csv.ts";

/** A register as it is printed or opened in a spreadsheet. */
export interface RegisterHead {
  /** 播出登记表 */
  title: string;
  county: string;
  /** `2026-12` */
  month: string;
  columns: readonly string[];
}

export function* csvDocument(head: RegisterHead, rows: Iterable<readonly string[]>): Generator<string> {
  yield BOM + csvLine(head.columns);
  for (const row of rows) yield csvLine(row);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const html = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
const cellsOf = (tag: "th" | "td", cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${html(cell)}</${tag}>`).join("")}</tr>\n`;

const STYLE = `
@page { size: A4 landscape; margin: 12mm }
body { font: 9pt/1.4 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; color: #000; background: #fff;
  margin: 0 auto; max-width: 273mm }
h1 { font-size: 18pt; letter-spacing: .3em; text-align: center; margin: 4mm 0 2mm }
.of { display: flex; justify-content: space-between; margin: 0 0 2mm }
table { border-collapse: collapse; width: 100% }
th, td { border: .3mm solid #000; padding: 1mm; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { text-align: center; background: #eee }
thead { display: table-header-group }
tr { break-inside: avoid }
.signed { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8mm; margin-top: 10mm; break-inside: avoid }
.signed span { border-bottom: .3mm solid #000; padding-bottom: 1mm }
@media screen { body { padding: 8mm } }
`;

/** The page has no scripts and loads nothing: its one style is named by its hash. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function* htmlDocument(
  { title, county, month, columns }: RegisterHead,
  rows: Iterable<readonly string[]>,
): Generator<string> {
  const [year = "", number = ""] = month.split("-");
  yield `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>${html(`${county}${title} ${month}`)}</title><style>${STYLE}</style></head>
<body>
<h1>${html(title)}</h1>
<p class="of"><span>单位：${html(county)}</span><span>${year}年${Number(number)}月</span></p>
<table>
<thead>${cellsOf("th", columns)}</thead>
<tbody>
`;
  let count = 0;
  for (const row of rows) {
    count += 1;
    yield cellsOf("td", row);
  }
  yield `</tbody>
</table>
<p>共 ${count} 条。</p>
<p class="signed"><span>填表人：</span><span>审核人：</span><span>负责人（盖章）：</span><span>日期：</span></p>
</body>
</html>
`;
}
