import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConfigDocument } from '../config/document.ts';
import { applyEdit, type ConfigEdit } from '../config/edit.ts';
import { parseConfig } from '../config/parse.ts';
import { SignalboxError } from '../core/errors.ts';
import type { ConfigFile, ConfigReading } from '../ports/config-file.ts';
import type { FileWatcher } from '../ports/file-watcher.ts';
import { replaceFile, sweepTempFiles, unlessCode } from './atomic-write.ts';
import { type ConfigText, markOf, readConfigText, unreadable } from './config-text.ts';
import { type ConfigMemory, watchConfig } from './config-watch.ts';

/** Times a save starts over because somebody else changed the file meanwhile. */
const maxAttempts = 5;

/**
 * The config file on disk. It need not exist yet. A symlink is followed once, when it is first seen: what it leads to then is
 * read, watched and written from there on, while relative paths in it start where the link is.
 *
 * @param file absolute path
 * @param watcher tells of foreign edits; it stays the caller's
 */
export async function openConfigFile(file: string, watcher: FileWatcher): Promise<ConfigFile> {
  const path = resolve(file);
  let target: string | undefined;
  const resolveTarget = async (): Promise<string> => {
    target ??= await realpath(path).catch(unlessCode(undefined, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'));
    return target ?? path;
  };
  await sweepTempFiles(await resolveTarget());

  const memory: ConfigMemory = { known: undefined, ownMark: undefined };
  let queue: Promise<unknown> = Promise.resolve();

  const look = async (signal: AbortSignal): Promise<ConfigText> =>
    readConfigText(await resolveTarget(), signal);

  const readingOf = (seen: ConfigText): ConfigReading => {
    if (seen.mark !== memory.known?.mark) memory.known = { mark: seen.mark, reading: parsed(seen, path) };
    return memory.known.reading;
  };

  const save = async (edit: ConfigEdit, signal: AbortSignal): Promise<ConfigDocument> => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const before = await look(signal);
      if (before.state === 'missing') throw unreadable(path, 'there is no such file');
      if (before.state === 'refused') throw before.error;
      const { text, isChanged } = applyEdit(before.text, path, edit);
      if (!isChanged) return documentOf(readingOf(before));
      const mark = markOf(text);
      const reading = documentOf(parsed({ state: 'text', mark, text }, path));
      const isReplaced = await replaceFile(await resolveTarget(), text, async () => {
        const isSame = (await look(signal)).mark === before.mark;
        // Known before it can be seen: a watch that looks right after the renaming must not take it for somebody else's.
        if (isSame) memory.ownMark = mark;
        return isSame;
      }).catch((error: unknown) => {
        memory.ownMark = undefined;
        throw asUnwritable(path, error);
      });
      if (isReplaced) {
        memory.known = { mark, reading: { outcome: 'document', document: reading } };
        return reading;
      }
    }
    throw new SignalboxError(
      'CONFIG_CONFLICT',
      `Config file "${path}" kept changing while it was being saved`,
      {
        hint: 'Try again when nothing else writes it',
      },
    );
  };

  return {
    file: path,
    async read(signal) {
      const seen = await look(signal);
      if (seen.mark !== memory.ownMark) memory.ownMark = undefined;
      return readingOf(seen);
    },
    edit(edit, signal) {
      const saved = queue.then(() => save(edit, signal));
      queue = saved.catch(() => {});
      return saved;
    },
    watch: (onChange, onError) =>
      watchConfig({ memory, look, paths: [target ?? path], watcher, onChange, onError }),
  };
}

function parsed(seen: ConfigText, file: string): ConfigReading {
  switch (seen.state) {
    case 'missing':
      return { outcome: 'missing', file };
    case 'refused':
      return { outcome: 'invalid', error: seen.error.toRecord() };
    case 'text':
      return parseConfig(seen.text, file);
  }
}

/** An edit was made in a text that reads as TOML; whether it is a config that gives a document is another question. */
function documentOf(reading: ConfigReading): ConfigDocument {
  if (reading.outcome === 'document') return reading.document;
  if (reading.outcome === 'invalid') throw SignalboxError.fromRecord(reading.error);
  throw new SignalboxError('CONFIG_UNREADABLE', `There is no config file at "${reading.file}"`);
}

/** What the file system refused, in our words; everything else, a signal's reason for one, as it is. */
function asUnwritable(file: string, error: unknown): unknown {
  return error instanceof Error && 'syscall' in error ? unreadable(file, error.message, error) : error;
}
