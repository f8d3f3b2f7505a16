/** Options by name without the dash: `{ "c:a": "aac", an: true, map: ["0:v:0", "1:a:0"] }`. */
export type FfmpegOptions = Record<string, string | number | true | readonly string[]>;

/** Each name and each value is an argument of its own: nothing in them can become another option. */
export const toArguments = (options: FfmpegOptions): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => (each === true ? [`-${name}`] : [`-${name}`, `${each}`])),
  );
