import type { Content } from "../../api-types.ts";

type Episode = Extract<Content, { segments: unknown }>;
type Segment = Episode["segments"][number];

/** A segment as it is filled in. */
export interface Row {
  name: string;
  title: string;
  /** What it was called when the dialog was opened; `null` for a new one. */
  was: string | null;
}

export const rowsOf = ({ segments }: Episode): Row[] =>
  segments.map(({ name, title }) => ({ name, title, was: name }));

/** With one more, of the first name that none has. */
export function added(rows: readonly Row[], names: readonly string[]): Row[] {
  const name = names.find((each) => !rows.some((row) => row.name === each));
  return name === undefined ? [...rows] : [...rows, { name, title: "", was: null }];
}

export const moved = (rows: readonly Row[], from: number, to: number): Row[] => {
  const row = rows[from];
  return row === undefined ? [...rows] : rows.toSpliced(from, 1).toSpliced(to, 0, row);
};

/** What has a recording and is left out; one that is added again by its name has it again. */
export const dropped = ({ segments }: Episode, rows: readonly Row[]): Segment[] =>
  segments.filter(
    (segment) => segment.recording !== null && rows.every(({ was, name }) => (was ?? name) !== segment.name),
  );

/** What is sent; `null` when nothing differs. */
export function changeOf(episode: Episode, title: string, rows: readonly Row[]): object | null {
  const hasTitle = title !== episode.title;
  const differs = (row: Row, at: number) =>
    row.name !== episode.segments[at]?.name || row.title.trim() !== episode.segments[at].title;
  const hasSegments = rows.length !== episode.segments.length || rows.some(differs);
  if (!hasTitle && !hasSegments) return null;
  const segments = rows.map(({ name, title, was }) => ({
    name,
    title: title.trim(),
    ...(was === null || was === name ? {} : { was }),
  }));
  return { ...(hasTitle ? { title } : {}), ...(hasSegments ? { segments } : {}) };
}
