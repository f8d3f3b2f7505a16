import type { Operator } from "../../scripts/operator-client.ts";
import { COUNTY } from "./fleet.ts";

/** Makes villages below the towns, a loudspeaker in each, and a code for each of those. */
export async function enrolmentCodes(operator: Operator, count: number): Promise<string[]> {
  const { items: towns } = await operator.get<{ items: { code: string }[] }>("/regions?level=town&limit=500");
  const village = (index: number) => {
    const town = towns[index % towns.length]?.code ?? "";
    return { code: `${town.slice(0, 9)}${201 + Math.floor(index / towns.length)}`, town };
  };
  const rows = Array.from({ length: count }, (_, index) => village(index)).map(
    ({ code, town }) => `${code},village,${town},样本${code},sample`,
  );
  await operator.postText("/regions/import", "text/csv", `code,level,parent,name,note\n${rows.join("\n")}\n`);
  const { items } = await operator.post<{ items: { code: string }[] }>("/devices/bulk", {
    within: COUNTY,
    kind: "loudspeaker",
  });
  return items.map(({ code }) => code);
}
