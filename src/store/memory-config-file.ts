import { join } from 'node:path';
import { applyEdit, type ConfigEdit } from '../config/edit.ts';
import { parseConfig } from '../config/parse.ts';
import { SignalboxError } from '../core/errors.ts';
import type { ConfigFile, ConfigReading } from '../ports/config-file.ts';

export interface MemoryConfigFile extends ConfigFile {
  readonly text: string;
  /** Replaces the text as a foreign editor would. */
  write(text: string): void;
}

/** A config that lives in no file: edits and foreign writes work as they do on disk, without the disk. */
export function memoryConfigFile(source: {
  readonly text: string;
  readonly baseFolder: string;
}): MemoryConfigFile {
  const file = join(source.baseFolder, 'signalbox.toml');
  const listeners = new Set<() => void>();
  let text = source.text;

  const reading = (): ConfigReading => parseConfig(text, file);
  return {
    file,
    get text() {
      return text;
    },
    write(next) {
      text = next;
      for (const listener of listeners) listener();
    },
    read: async () => reading(),
    async edit(change: ConfigEdit) {
      text = applyEdit(text, file, change).text;
      const after = reading();
      if (after.outcome === 'document') return after.document;
      throw new SignalboxError('CONFIG_EDIT_REFUSED', 'The edit left a document that cannot be read');
    },
    watch(onChange) {
      listeners.add(onChange);
      return { [Symbol.asyncDispose]: async () => void listeners.delete(onChange) };
    },
  };
}
