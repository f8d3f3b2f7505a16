import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "../once.ts";

/** Under whose name ffmpeg runs. */
export interface Account {
  uid: number;
  gid: number;
}

export interface Confinement {
  /** What is to be run instead of a program. @param urgent it does not yield to other programs */
  launch(program: string, options?: { urgent: boolean }): string;
  /** Owns what ffmpeg may write; `null` runs it as the server itself. */
  account: Account | null;
  /** What is kept from it here, for the log. */
  without: readonly string[];
  /** Why it is less confined than it could be; `null` when it is not. */
  warning: string | null;
}

/** Decoding the largest picture that is let in takes about 1 GB; a crafted file asks for everything there is. */
const MAX_MEMORY_BYTES = 6 * 1024 ** 3;
/** Twelve hours of decoded stereo take 15 GB. */
const MAX_FILE_BYTES = 64 * 1024 ** 3;
const MAX_OPEN_FILES = 256;
const NOBODY: Account = { uid: 65_534, gid: 65_534 };

const AS_NOBODY = [`--reuid=${NOBODY.uid}`, `--regid=${NOBODY.gid}`, "--clear-groups"];
/** As root, or in a user namespace where the kernel lets anybody have one. */
const WITHOUT_NETWORK = [
  ["unshare", "--net"],
  ["unshare", "--user", "--map-current-user", "--net"],
];
/** The kernel is to end it first when memory is short, and the server last. */
const ENDED_FIRST = ["choom", "-n", "1000", "--"];
/** The server's own environment holds the passwords of its broker and speech engine. */
const CLEAN_ENVIRONMENT = ["env", "-i", 'PATH="$PATH"', "LANG=C.UTF-8"];
const WITHOUT_PRIVILEGES = ["--inh-caps=-all", "--bounding-set=-all"];

/**
 * How programs that read strangers' files are run: in a process group of their own, with bounded memory and files, at a
 * low priority, without a way to privileges, without the server's environment, ended with the server and before it when
 * memory is short; without a network where the kernel allows that; as `nobody`, who cannot read the database, when the
 * server is root and `nobody` can reach the media. It is a script of Debian's own tools, so that it holds before the
 * program's first instruction.
 *
 * @param folder where the scripts are kept, and written anew
 * @param mediaDir what the programs must be able to read
 */
export function confine(folder: string, mediaDir: string, niceness: number): Confinement {
  if (!works(["setsid", "prlimit", "--core=0", "setpriv", "--no-new-privs", "true"])) {
    const warning =
      "ffmpeg runs unconfined: setsid, prlimit and setpriv (Debian's util-linux) do not work here.";
    return { launch: (program) => program, account: null, without: [], warning };
  }
  const networkless = WITHOUT_NETWORK.find((command) => works([...command, "true"])) ?? [];
  const endedFirst = works([...ENDED_FIRST, "true"]) ? ENDED_FIRST : [];
  const isRoot = process.getuid?.() === 0;
  mkdirSync(mediaDir, { recursive: true });
  const isReachable =
    isRoot && hasSuccess(["setpriv", ...AS_NOBODY, "test", "-r", mediaDir, "-a", "-x", mediaDir]);
  const identity = isReachable ? AS_NOBODY : isRoot ? WITHOUT_PRIVILEGES : [];
  const limits = [
    `--as=${MAX_MEMORY_BYTES}`,
    `--fsize=${MAX_FILE_BYTES}`,
    `--nofile=${MAX_OPEN_FILES}`,
    "--core=0",
  ];
  const prefix = [
    ...CLEAN_ENVIRONMENT,
    "setsid",
    ...endedFirst,
    ...networkless,
    "prlimit",
    ...limits,
    "setpriv",
    "--no-new-privs",
    "--pdeathsig=KILL",
    ...identity,
  ];
  return {
    launch(program, { urgent } = { urgent: false }) {
      const path = join(folder, `run-${urgent ? "now-" : ""}${program.replace(/[^\w.-]/g, "_")}.sh`);
      const command = [...prefix, ...lowered(urgent ? 0 : niceness), quoted(program)];
      writeFileSync(path, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`);
      chmodSync(path, 0o755);
      return path;
    },
    account: isReachable ? NOBODY : null,
    without: [
      "the server's environment",
      "a way to privileges",
      ...(networkless.length > 0 ? ["a network"] : []),
      ...(isReachable ? ["the server's files"] : []),
      ...(endedFirst.length > 0 ? ["a claim to the server's memory"] : []),
    ],
    warning:
      isRoot && !isReachable
        ? `ffmpeg runs as root, without root's privileges: "nobody" cannot reach ${mediaDir}. Run the server as a user of its own, or put MEDIA_DIR where everybody may look.`
        : null,
  };
}

/**
 * Linux shares the processor out between process groups of their own first (`sched(7)`, "The autogroup feature"): niceness
 * counts inside one only, so that the group's own is set too, where there is one.
 */
const lowered = (niceness: number): string[] => [
  "sh",
  "-c",
  `'{ echo ${niceness} > /proc/self/autogroup; } 2> /dev/null; exec "$@"'`,
  "sh",
  "nice",
  "-n",
  String(niceness),
];

const asked = new Map<string, boolean>();

/** Whether a command of the system does here what it is to do, which stays so while the server runs. */
const works = (command: readonly string[]): boolean =>
  once(asked, command.join(" "), () => hasSuccess(command));

const hasSuccess = ([program = "", ...args]: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: "ignore" }).status === 0;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
