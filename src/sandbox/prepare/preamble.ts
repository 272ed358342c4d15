import { SignalboxError } from '../../core/errors.ts';

const magic = [0x00, 0x61, 0x73, 0x6d];

/** Tells a component from everything else a path may lead to. @throws `ARTIFACT_INVALID` saying what was found */
export function checkPreamble(bytes: Uint8Array): void {
  const needed = 'a WebAssembly component is needed';
  const invalid = (found: string, hint: string) =>
    new SignalboxError('ARTIFACT_INVALID', `The artifact is ${found}; ${needed}`, { hint });
  if (bytes.length === 0) throw invalid('empty', 'Build the plugin again');
  if (magic.some((byte, at) => bytes[at] !== byte)) {
    throw invalid('not a WebAssembly file', 'Point artifact_path or entry at the .wasm file');
  }
  if (bytes.length < 8) throw invalid('cut off after its magic number', 'Copy or build it again');
  const version = (bytes[4] ?? 0) | ((bytes[5] ?? 0) << 8);
  const layer = (bytes[6] ?? 0) | ((bytes[7] ?? 0) << 8);
  if (version === 1 && layer === 0) {
    throw invalid(
      'a core WebAssembly module',
      'Turn it into a component: `wasm-tools component new` or `jco new`',
    );
  }
  if (version !== 0x0d || layer !== 1) {
    throw invalid(`WebAssembly version ${version}, layer ${layer}`, 'Components have version 13, layer 1');
  }
}
