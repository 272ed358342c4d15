/** What a peer made of one misbehaviour, as its process tells. */
export interface PeerEnd {
  /** `returned`, or the first words of the error. */
  readonly end: string;
  readonly elapsedMs: number;
  /** The longest the event loop of the host did not turn. */
  readonly hostStallMs: number;
}

/** And as it looks from outside. */
export interface PeerStruck extends Partial<PeerEnd> {
  readonly end: string;
  /** The most memory the process had, bytes. */
  readonly peakBytes: number;
  readonly isKilled: boolean;
}

/** What peers are told to allow, as far as they can be told. */
export const peerLimits = { memoryBytes: 16 * 1024 * 1024, deadlineMs: 1_000 } as const;

const lookEveryMs = 10;

/** Runs what a peer does with a guest, and writes a `PeerEnd` to the standard output. */
export async function tellEnd(strike: () => Promise<string>): Promise<void> {
  let hostStallMs = 0;
  let lastTurn = performance.now();
  const look = (): void => {
    hostStallMs = Math.max(hostStallMs, performance.now() - lastTurn - lookEveryMs);
    lastTurn = performance.now();
  };
  const timer = setInterval(look, lookEveryMs);
  const startedAt = performance.now();
  const end = await strike().catch((error: unknown) => `error: ${firstWords(error)}`);
  const elapsedMs = performance.now() - startedAt;
  look();
  clearInterval(timer);
  process.stdout.write(JSON.stringify({ end, elapsedMs, hostStallMs } satisfies PeerEnd), () =>
    process.exit(),
  );
}

/** Extism packs the error of its worker into JSON, stack and all. */
function firstWords(error: unknown): string {
  const text = error instanceof Error ? error.message : JSON.stringify(error);
  return (/[A-Z]\w*Error: [^\\\n"]*/.exec(text)?.[0] ?? text.split('\n')[0] ?? '').slice(0, 80);
}
