import { REASONS } from "../src/protocol/messages.ts";

const BEGIN = "<!-- reasons: written by npm run protocol:docs -->\n";
const END = "<!-- /reasons -->";

/** The page with the table of refusal reasons between its marks. */
export function withReasons(page: string): string {
  const [before, rest = ""] = page.split(BEGIN);
  const after = rest.slice(rest.indexOf(END));
  if (!after.startsWith(END)) throw new Error(`PROTOCOL.md lacks the marks ${BEGIN.trim()} and ${END}`);
  const entries = Object.entries(REASONS);
  const width = Math.max(...entries.map(([reason]) => reason.length)) + 2;
  const rows = [
    ["reason", "says"],
    ["-".repeat(width), "----"],
    ...entries.map(([reason, says]) => [`\`${reason}\``, says]),
  ];
  const table = rows.map(([reason = "", says]) => `| ${reason.padEnd(width)} | ${says} |`);
  return `${before}${BEGIN}\n${table.join("\n")}\n\n${after}`;
}
