import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { frameBytes, type OpenSink } from "./pcm-sink.ts";
import type { PlayerCommand } from "./player-programs.ts";

/** A player that has not sounded its buffer by then hangs. */
const DRAIN_MS = 5_000;
/** So much sound waits for a player that takes no more: it, or the sound card behind it, hangs. */
const BLOCKED_MS = 5_000;

/** Sounds through a program of the system; it is started when the broadcast is prepared, so that it is warm at air. */
export function playerSink(command: PlayerCommand): OpenSink {
  return ({ format }) => {
    const [program, ...args] = command(format);
    const blockedBytes = (format.sampleRate * frameBytes(format) * BLOCKED_MS) / 1_000;
    const child: ChildProcess = spawn(program, args, { stdio: ["pipe", "ignore", "ignore"] });
    let failure: Error | null = null;
    let isClosing = false;
    child.on("error", (error) => (failure = error));
    child.stdin?.on("error", (error) => (failure ??= error));
    child.on("exit", (code, signal) => {
      if (!isClosing) failure ??= new Error(`${program} ended with ${code ?? signal}`);
    });
    const exited = once(child, "exit").catch(() => {}); // a program that cannot be started has failed already
    return {
      begin() {},
      write(pcm) {
        if (failure) throw failure;
        if ((child.stdin?.writableLength ?? 0) > blockedBytes)
          throw new Error(`${program} takes no more sound`);
        child.stdin?.write(pcm);
      },
      async close(complete) {
        isClosing = true;
        // Whole: let the program's buffer sound to its end. Stopped: silence now.
        if (complete) child.stdin?.end();
        else child.kill("SIGKILL");
        const limit = setTimeout(() => child.kill("SIGKILL"), DRAIN_MS);
        if (child.exitCode === null && child.signalCode === null) await exited;
        clearTimeout(limit);
        if (complete && child.exitCode !== 0)
          throw failure ?? new Error(`${program} ended with ${child.exitCode}`);
      },
    };
  };
}
