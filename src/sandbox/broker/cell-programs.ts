import type { Digest } from '../../core/ids.ts';
import type { Channel } from '../protocol/channel.ts';
import { programPartBytes } from '../protocol/messages.ts';

/** Programs nobody uses that a cell keeps, for plugins that restart. */
const maxUnusedPrograms = 4;

export interface CellProgram {
  readonly id: number;
  readonly isSent: Promise<void>;
  uses: number;
}

export interface CellProgramsOptions {
  /** The bytes of a program, for a cell that does not have it yet. */
  readonly programBytes: (digest: Digest) => Promise<Uint8Array>;
  readonly channel: Channel;
  /** A number that nothing in the cell has. */
  readonly freshId: () => number;
}

/** The programs one cell has been sent: each once, and as long as someone uses it. */
export class CellPrograms {
  readonly #options: CellProgramsOptions;
  readonly #programs = new Map<Digest, CellProgram>();

  constructor(options: CellProgramsOptions) {
    this.#options = options;
  }

  /** Resolves when the program is on its way, before whatever is sent after. @throws what `programBytes` throws */
  async use(digest: Digest): Promise<CellProgram> {
    const program = this.#programs.get(digest) ?? this.#send(digest);
    // Most recently used last: the first unused one is dropped first.
    this.#programs.delete(digest);
    this.#programs.set(digest, program);
    program.uses += 1;
    try {
      await program.isSent;
      return program;
    } catch (error) {
      this.#programs.delete(digest);
      throw error;
    }
  }

  unuse(program: CellProgram): void {
    program.uses -= 1;
    const unused = [...this.#programs].filter(([, { uses }]) => uses === 0);
    for (const [digest, { id }] of unused.slice(0, Math.max(0, unused.length - maxUnusedPrograms))) {
      this.#programs.delete(digest);
      this.#options.channel.send('program-drop', id, 0);
    }
  }

  #send(digest: Digest): CellProgram {
    const { channel, freshId, programBytes } = this.#options;
    const id = freshId();
    const isSent = programBytes(digest).then((bytes) => {
      for (let start = 0; start < bytes.length; start += programPartBytes) {
        channel.send('program-part', id, 0, bytes.subarray(start, start + programPartBytes));
      }
      channel.send('program-end', id, 0);
    });
    return { id, uses: 0, isSent };
  }
}
