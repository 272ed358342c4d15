import { SignalboxError } from '../../core/errors.ts';

/**
 * Where the cell takes part in jco's glue, by a `$$hooks` that no name of a component can be made into. Each place is that of jco-transpile 0.15; a
 * glue without it is of another jco, and what is said here about it has to be seen to again.
 */
interface Hook {
  readonly place: string | RegExp;
  readonly replacement: string;
  /** Found wherever this is. */
  readonly within: string | RegExp;
}

/** The parts that run exports: a component without any has none of them. */
const always = 'class AsyncTask {';
/** The parts of the glue for streams. */
const streams = 'class StreamReadableEnd ';
/** Elements one read or write of a stream moves at most: the glue makes a JavaScript array of them, whatever the guest asks for. */
const maxStreamElements = 65_536;

const hooks: readonly Hook[] = [
  // Handles grow as the guest likes. Those of resources are in one table, all others (streams, futures, tasks, sets of them) in another.
  {
    place: /(function rscTableCreateBorrow\([^)]*\) \{)/g,
    replacement: '$1 $$$$hooks.handleMade();',
    within: 'function rscTableCreateBorrow',
  },
  // An asynchronous import lowers a resource of the host that it returns twice: the guest hears of one handle, and could never drop the other.
  {
    place: /(function rscTableCreateOwn\([^)]*\) \{)/g,
    replacement: `function $$$$ownOnce(table, rep) {
      const owned = (table.$$$$owned ??= new Map());
      if (!owned.has(rep)) owned.set(rep, rscTableCreateOwn(table, rep));
      return owned.get(rep);
    }
    $1 $$$$hooks.handleMade();`,
    within: 'function rscTableCreateOwn',
  },
  // And the second time into the table that has the resource's own number instead of the one its component has it under, which in a component
  // made of several is another.
  {
    place:
      /(tableIdx: (\d+),\s*lowerFn:\s*function lowerImportedOwnedHost_\w+\(obj\) \{[^}]*\}[^}]*handle = )rscTableCreateOwn\(handleTable\d+,/g,
    replacement: '$1$$$$ownOnce(handleTable$2,',
    within: 'function lowerImportedOwnedHost_',
  },
  {
    place: /(captureTable\d+\.set\(rep, \w+\);\s*\w+ = )rscTableCreateOwn\(/g,
    replacement: '$1$$$$ownOnce(',
    within: /captureTable\d+\.set\(rep, \w+\);\s*\w+ = rscTableCreateOwn\(/,
  },
  {
    place: 'return { rep, scope, own };',
    replacement: 'if (own) table.$$owned?.delete(rep); return { rep, scope, own };',
    within: 'function rscTableRemove',
  },
  {
    place: /(function rscTableRemove\([^)]*\) \{)/g,
    replacement: '$1 $$$$hooks.handleDropped();',
    within: 'function rscTableRemove',
  },
  {
    place: /(this\.handles = )(new RepTable\(.*\));/g,
    replacement: '$1$$$$hooks.countedTable($2);',
    within: always,
  },
  // The ends of streams and futures that the host holds stay in the guest's tables for good, and the streams themselves in another: whoever
  // drops the one end of a pair the host made lets go of both.
  {
    place: /return \{\s*writeEnd,\s*writeEndWaitableIdx,\s*writeEndHandle,/g,
    replacement: 'readEnd.$$$$peer = writeEnd; writeEnd.$$$$peer = readEnd; $&',
    within: /class (Stream|Future)End ?\{/,
  },
  {
    place: /setHostInjectFn\(f\) \{/g,
    replacement: '$& this.$$$$isOfHost = true;',
    within: /class (Stream|Future)End ?\{/,
  },
  { place: /drop\(opts = \{\}\) \{/g, replacement: '$& $$$$release(this);', within: streams },
  {
    place: /if \(this\.isDropped\(\)\) \{ throw new Error\('future already dropped'\); \}/g,
    replacement: '$& $$$$release(this);',
    within: 'class FutureEnd{',
  },
  {
    place: 'const CURRENT_TASK_META = {};',
    replacement: `const CURRENT_TASK_META = {};
    function $$release(end) {
      if (end.$$isGone) return;
      end.$$isGone = true;
      const isStream = end.streamTableIdx !== undefined;
      const place = isStream ? STREAM_TABLES[end.streamTableIdx()] : FUTURE_TABLES[end.futureTableIdx()];
      const { table, componentIdx } = place;
      const { handles } = getOrCreateAsyncState(componentIdx);
      if (handles.get(end.waitableIdx()) === end) handles.remove(end.waitableIdx());
      if (table.get(end.handle()) === end) table.remove(end.handle());
      if (end.$$isOfHost && end.$$peer) $$release(end.$$peer);
      if (!end.$$peer?.$$isGone) return;
      const [pairs, pair] = isStream ? [STREAMS, end.globalStreamMapRep()] : [FUTURES, end.globalFutureMapRep()];
      if (pair && pairs.contains(pair)) pairs.remove(pair);
    }`,
    within: always,
  },
  // Of a future the guest hands over the glue shows the host how to read it, and not how to let go of it.
  {
    place: /new FutureValue\(\s*(\(\) => this\.hostRead\(\{ stringEncoding: 'utf8' \}\))\s*\)/g,
    replacement:
      'Object.assign(new FutureValue($1), { [Symbol.dispose]: () => { if (!this.isDropped()) this.drop(); } })',
    within: 'class FutureEnd{',
  },
  // Its timers end with the instance: it polls.
  {
    place: 'const CURRENT_TASK_META = {};',
    replacement:
      'const { setTimeout, setInterval, clearInterval } = $$hooks.timers; const CURRENT_TASK_META = {};',
    within: always,
  },
  // A guest that steps aside in the middle of its code is neither waiting nor stuck, and finds the task it was in when it goes on.
  {
    place: /(const STORE_ASYNC_STATE = \{.*\};)/g,
    replacement: `$1
    $$$$hooks.onPause(() => {
      const tasks = { ...CURRENT_TASK_META };
      const mayBlock = CURRENT_TASK_MAY_BLOCK.value;
      STORE_ASYNC_STATE.pendingHostOperations++;
      return () => {
        STORE_ASYNC_STATE.pendingHostOperations--;
        for (const key of Object.keys(CURRENT_TASK_META)) delete CURRENT_TASK_META[key];
        Object.assign(CURRENT_TASK_META, tasks);
        CURRENT_TASK_MAY_BLOCK.value = mayBlock;
      };
    });`,
    within: always,
  },
  { place: 'globalThis.WebAssembly ?', replacement: 'true ?', within: always },
  { place: 'new globalThis.WebAssembly.', replacement: 'new WebAssembly.', within: always },
  // A call is over when its last task is.
  {
    place: 'const newTaskID = newTask.id();',
    replacement:
      'const newTaskID = newTask.id(); if (isAsync && callingWasmExport !== false) $$hooks.taskBegan(newTask);',
    within: always,
  },
  {
    place: 'this.#exited = true;',
    replacement: 'this.#exited = true; $$hooks.taskEnded(this);',
    within: always,
  },
  {
    place: /(setErrored\((\w+)\) \{)/g,
    replacement: '$1 $$$$hooks.taskFailed(this, $2);',
    within: always,
  },
  // The same call takes the same way again.
  {
    place: "const ASYNC_DETERMINISM = 'random';",
    replacement: "const ASYNC_DETERMINISM = 'none';",
    within: always,
  },
  {
    place: /Math\.min\(count >>> 0, ManagedBuffer\.MAX_LENGTH\)/g,
    replacement: `Math.min(count >>> 0, ${maxStreamElements})`,
    within: streams,
  },
  // A list of all buffers there ever were, which nobody reads.
  { place: 'instanceBuffers.set(nextBufID, buffer);', replacement: '', within: 'class BufferManager ' },
];

/** @throws `INTERNAL` for a glue of another shape */
export function hooked(glue: string, hasExports: boolean): string {
  if (hasExports && !glue.includes(always)) throw withoutPlace(always);
  return hooks.reduce((text, { place, replacement, within }) => {
    if (typeof within === 'string' ? !text.includes(within) : !within.test(text)) return text;
    const changed =
      typeof place === 'string' ? text.replace(place, () => replacement) : text.replace(place, replacement);
    if (changed === text) throw withoutPlace(String(place));
    return changed;
  }, glue);
}

function withoutPlace(place: string): SignalboxError {
  return new SignalboxError('INTERNAL', `The translator gave JavaScript without ${JSON.stringify(place)}`);
}
