import { type ErrorRecord, SignalboxError } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';
import { checkApi } from './api-version.ts';
import { hostApiVersion, type Manifest } from './manifest.ts';

/** Whether a plugin's own manifest fits the entry that names it and this host. A made-up manifest fits any entry. */
export function checkManifest(
  entryId: PluginId,
  { manifest, isDeclared }: { readonly manifest: Manifest; readonly isDeclared: boolean },
): ErrorRecord | undefined {
  if (isDeclared && manifest.id !== entryId) {
    const message = `Entry "${entryId}" names a plugin whose manifest says "${manifest.id}"`;
    const hint = `Write id = "${manifest.id}" in the entry, or point artifact_path at another plugin`;
    return new SignalboxError('MANIFEST_INVALID', message, { hint }).toRecord();
  }
  return checkApi(manifest, hostApiVersion);
}
