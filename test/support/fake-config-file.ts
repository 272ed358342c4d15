import type { ConfigDocument } from '../../src/config/document.ts';
import { SignalboxError } from '../../src/core/errors.ts';
import type { ConfigFile, ConfigReading } from '../../src/ports/config-file.ts';

/** A config file whose readings are put in by hand. */
export class FakeConfigFile implements ConfigFile {
  readonly file = '/app/signalbox.toml';
  watchers = 0;
  reading: ConfigReading = { outcome: 'missing', file: this.file };
  readonly #listeners = new Set<() => void>();

  async read(): Promise<ConfigReading> {
    return this.reading;
  }

  async edit(): Promise<ConfigDocument> {
    throw new SignalboxError('CONFIG_EDIT_REFUSED', 'This file is not edited');
  }

  watch(onChange: () => void): AsyncDisposable {
    this.#listeners.add(onChange);
    this.watchers += 1;
    return {
      [Symbol.asyncDispose]: async () => {
        if (this.#listeners.delete(onChange)) this.watchers -= 1;
      },
    };
  }

  /** A foreign edit. */
  change(reading: ConfigReading): void {
    this.reading = reading;
    for (const listener of this.#listeners) listener();
  }
}
