const HERTZ = 1_000;

/** A sine of 1 kHz. @returns its end, and what cuts it off */
export function soundTone(durationMs: number, volume: number): { ended: Promise<void>; stop: () => void } {
  const context = new AudioContext();
  const gain = new GainNode(context, { gain: volume / 100 });
  const sine = new OscillatorNode(context, { frequency: HERTZ });
  sine.connect(gain).connect(context.destination);
  const { promise, resolve } = Promise.withResolvers<void>();
  sine.onended = () => resolve();
  sine.start();
  sine.stop(context.currentTime + durationMs / 1000);
  return { ended: promise.then(() => context.close()), stop: () => sine.stop() };
}
