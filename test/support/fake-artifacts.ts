import { SignalboxError } from '../../src/core/errors.ts';
import { fingerprint } from '../../src/core/fingerprint.ts';
import type { Manifest } from '../../src/manifest/manifest.ts';
import type { Artifact, Artifacts } from '../../src/ports/artifacts.ts';
import type { GuestCode } from './fake-sandbox.ts';

export interface FakeArtifact {
  readonly manifest?: Partial<Manifest>;
  readonly code: GuestCode;
  readonly isDeclared?: boolean;
}

/** A disk of plugins: paths to fake code. What is put twice with other code or manifest has another digest. */
export class FakeArtifacts implements Artifacts {
  opens = 0;
  readonly #shelf = new Map<string, FakeArtifact | SignalboxError>();
  readonly #code = new Map<string, GuestCode>();
  readonly #numbers = new Map<GuestCode, number>();

  put(path: string, artifact: FakeArtifact): void {
    this.#shelf.set(path, artifact);
  }

  /** Opening it fails from now on. */
  break(path: string, error: SignalboxError): void {
    this.#shelf.set(path, error);
  }

  remove(path: string): void {
    this.#shelf.delete(path);
  }

  readonly codeOf = (digest: string): GuestCode => this.#code.get(digest) ?? (() => ({}));

  async open(path: string, baseFolder: string, signal: AbortSignal): Promise<Artifact> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.opens += 1;
    const found = this.#shelf.get(path);
    if (found === undefined) throw new SignalboxError('ARTIFACT_MISSING', `There is nothing at "${path}"`);
    if (found instanceof SignalboxError) throw found;
    const { isDeclared = true, code } = found;
    const manifest: Manifest = {
      id: path,
      version: '1.0.0',
      kind: 'script',
      entry: 'main.ts',
      ...found.manifest,
    };
    const number = this.#numbers.get(code) ?? this.#numbers.size;
    this.#numbers.set(code, number);
    const digest = fingerprint({ path, manifest, number });
    this.#code.set(digest, code);
    return {
      manifest,
      isDeclared,
      digest,
      code: { kind: 'script', name: `${path}.ts`, source: '', imports: [] },
      watchPaths: [`${baseFolder}/${path}/main.ts`, `${baseFolder}/${path}/plugin.toml`],
    };
  }
}
