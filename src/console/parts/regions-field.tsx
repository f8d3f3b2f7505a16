import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Region } from "../interrupts.ts";
import { regionTree } from "../region-tree.js";
import { regionName } from "../resources.js";
import { Hosted } from "./hosted.tsx";
import { Loading } from "./notices.tsx";
import { levelOf } from "./regions.ts";

/** More than these are shown by their codes. */
const NAMED = 60;
/** What the tree's element tells when another choice is made in it. */
const CHOSEN = "regions-chosen";

interface Props {
  legend: () => string;
  codes: string[];
  onChange: (codes: string[]) => void;
}

/** Regions of the tree. The tree is its own master: what is chosen at first is given to it once. */
export function RegionsField({ legend, codes, onChange }: Props) {
  const [first] = useState(codes);
  const { data } = useQuery<Region[]>({
    queryKey: ["regions-named", first],
    queryFn: ({ signal }) =>
      Promise.all(
        first.map(async (code, index) => ({
          code,
          level: levelOf(code),
          name: index < NAMED ? await regionName(code, signal).catch(() => code) : code,
        })),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data === undefined ? <Loading /> : <Tree legend={legend} initial={data} onChange={onChange} />;
}

interface TreeProps {
  legend: () => string;
  initial: Region[];
  onChange: (codes: string[]) => void;
}

function Tree({ legend, initial, onChange }: TreeProps) {
  const [tree] = useState(() => {
    const made = regionTree({
      legend,
      initial,
      onChange: () => void made.element.dispatchEvent(new Event(CHOSEN)),
    });
    return made;
  });
  useEffect(() => {
    const tell = () => onChange(tree.codes());
    tree.element.addEventListener(CHOSEN, tell);
    return () => tree.element.removeEventListener(CHOSEN, tell);
  }, [tree, onChange]);
  return <Hosted element={tree.element} />;
}
