import type { Digest } from '../core/ids.ts';
import type { Manifest } from '../manifest/manifest.ts';

/** A plugin's code as found on disk: its manifest, where the code is, and what it hashes to. */
export interface Artifact {
  readonly manifest: Manifest;
  /** False when there was no `plugin.toml` and the manifest was made up from the file alone. */
  readonly isDeclared: boolean;
  /** SHA-256 over manifest and code; a script's code is its bundled text. */
  readonly digest: Digest;
  readonly code: ComponentCode | ScriptCode;
  /** Absolute paths whose change means another artifact: entry, manifest, every local module of a script. */
  readonly watchPaths: readonly string[];
}

export interface ComponentCode {
  readonly kind: 'component';
  /** Absolute path of the .wasm file. */
  readonly file: string;
  /** SHA-256 of its bytes; whoever reads it compares. */
  readonly fileDigest: Digest;
}

export interface ScriptCode {
  readonly kind: 'script';
  /** File name for stack traces. */
  readonly name: string;
  /** One expression-statement program whose completion value is the module's exports object. */
  readonly source: string;
  /** Interfaces it imports, without version: `signalbox:plugin/log`. */
  readonly imports: readonly string[];
}

/** Finds and opens artifacts. */
export interface Artifacts {
  /**
   * @param path file or plugin folder, relative to `baseFolder` or absolute
   * @throws `ARTIFACT_MISSING`, `ARTIFACT_INVALID`, `MANIFEST_INVALID`, `SCRIPT_INVALID`, `ARTIFACT_TOO_LARGE`
   */
  open(path: string, baseFolder: string, signal: AbortSignal): Promise<Artifact>;
}
