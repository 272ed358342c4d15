import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { manifestName } from '../manifest/plugin-folders.ts';
import { meansAbsent } from './system-errors.ts';

/** What no plugin writes, whatever it was granted: else it could grant itself more, or become another plugin. Absolute paths. */
export interface ProtectedPaths {
  /** These and all below them, there or not. */
  readonly paths: readonly string[];
  /** Folders that scripts import from: files that would be code are not written below them. */
  readonly codeFolders: readonly string[];
}

export interface ProtectedPlaces {
  /** @param realPath absolute, its directory without links */
  covers(realPath: string): Promise<boolean>;
}

/** Links may be laid elsewhere by the operator; this is how long the old place may stay protected in the new one's stead. */
const staleAfterMs = 1_000;

const codeEndings = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);

interface Places {
  readonly readAt: number;
  readonly of: ProtectedPaths;
  readonly paths: ReadonlySet<string>;
  readonly codeFolders: ReadonlySet<string>;
}

export function createProtectedPlaces(read: () => ProtectedPaths, clock: Clock): ProtectedPlaces {
  let places: Places | undefined;
  const current = async (): Promise<Places> => {
    const of = read();
    const now = clock.now();
    if (places?.of === of && Math.abs(now - places.readAt) < staleAfterMs) return places;
    const [paths, codeFolders] = await Promise.all([realPlaces(of.paths), realPlaces(of.codeFolders)]);
    places = { readAt: now, of, paths, codeFolders };
    return places;
  };
  return {
    async covers(realPath) {
      if (foldedName(basename(realPath)) === manifestName) return true;
      const { paths, codeFolders } = await current();
      const isCode = codeEndings.has(extname(realPath).toLowerCase());
      const above = [...placesAbove(foldedName(realPath))];
      return above.some(
        (place) => paths.has(place) || isSaveOf(place, paths) || (isCode && codeFolders.has(place)),
      );
    },
  };
}

/** A path and all that it lies below. */
function* placesAbove(path: string): Generator<string> {
  for (let place = path; ; place = dirname(place)) {
    yield place;
    if (dirname(place) === place) return;
  }
}

/** `.app.toml.5f0e.sbx-tmp`: what is to become `app.toml` when it is saved, for as long as that takes. */
function isSaveOf(place: string, paths: ReadonlySet<string>): boolean {
  const name = basename(place);
  if (!name.startsWith('.')) return false;
  for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
    if (paths.has(join(dirname(place), name.slice(1, dot)))) return true;
  }
  return false;
}

/** Each path as it is written and as it leads, the way to it without links. */
async function realPlaces(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const places = await Promise.all(
    paths.map(async (path) => [await realPlace(path), join(await realPlace(dirname(path)), basename(path))]),
  );
  return new Set(places.flat().map(foldedName));
}

/** What is not there is protected where it would be made. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!meansAbsent(error) || dirname(path) === path) throw error;
    return join(await realPlace(dirname(path)), basename(path));
  }
}

/** Where disks fold case and normal forms, one file has many spellings. */
const isFolding = process.platform === 'darwin' || process.platform === 'win32';

function foldedName(path: string): string {
  return isFolding ? path.normalize('NFC').toLowerCase() : path;
}
