import type { PluginId } from '../src/core/ids.ts';
import type { Artifact } from '../src/ports/artifacts.ts';

/** What was opened last of one plugin, loaded or refused. */
export interface OpenedArtifact {
  readonly artifact: Artifact;
  /** Wants that nobody approved. */
  readonly waiting: readonly string[];
}

/** The artifact each plugin opened last: what it asks for is worth knowing also when it may not run. */
export class OpenedArtifacts {
  readonly #opened = new Map<PluginId, OpenedArtifact>();

  get(id: PluginId): OpenedArtifact | undefined {
    return this.#opened.get(id);
  }

  set(id: PluginId, opened: OpenedArtifact): void {
    this.#opened.set(id, opened);
  }

  remove(id: PluginId): void {
    this.#opened.delete(id);
  }
}
