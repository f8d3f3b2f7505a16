/** The kinds of devices that something is aired on. */
export const KINDS = ["loudspeaker", "terminal"] as const;
