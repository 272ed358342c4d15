// Runs inside QuickJS inside wasm: the guest side of every script. Built into generated/script-host.wasm.
import * as config from 'signalbox:plugin/config@0.1.0';
import * as filesystem from 'signalbox:plugin/filesystem@0.1.0';
import * as log from 'signalbox:plugin/log@0.1.0';
import * as relay from 'signalbox:plugin/relay@0.1.0';
import * as watch from 'signalbox:plugin/watch@0.1.0';

const levels = ['trace', 'debug', 'info', 'warn', 'error'];
const declaredTags = ['invalid-config', 'io', 'failed'];
const bytesTag = '$signalbox.bytes';
const bigintTag = '$signalbox.bigint';
/** What a failing eval calls its text; scripts are shown their own name instead. */
const evalName = '<input>';

// A wrong argument traps the wasm below without a word, so every one is checked here, where a TypeError can say which.
const string = (value) => {
  if (typeof value !== 'string') throw new TypeError(`expected a string, got ${shown(value)}`);
  return value.toWellFormed();
};
const oneOf = (allowed) => (value) => {
  if (!allowed.includes(value))
    throw new TypeError(`expected one of ${allowed.join(', ')}, got ${shown(value)}`);
  return value;
};
const integer = (max) => (value) => {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (!Number.isInteger(number) || number < 0 || number > max) {
    throw new TypeError(`expected an integer from 0 to ${max}, got ${shown(value)}`);
  }
  return number;
};
const list = (item) => (value) => {
  if (!Array.isArray(value)) throw new TypeError(`expected an array, got ${shown(value)}`);
  return value.map(item);
};
const option = (some) => (value) => (value === undefined || value === null ? undefined : some(value));
const record = (fields) => (value) => {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`expected an object, got ${shown(value)}`);
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, named(`"${key}"`, () => field(value[key]))]),
  );
};
const variant = (cases) => (value) => {
  const tag = oneOf(Object.keys(cases))(value?.tag);
  return cases[tag] === null ? { tag } : { tag, val: named(`"${tag}"`, () => cases[tag](value.val)) };
};
const u32 = integer(2 ** 32 - 1);
const u64 = integer(2 ** 64);
const event = variant({
  discovery: record({ paths: list(string), details: list(string) }),
  log: string,
  'refresh-timeline': record({ reason: string, paths: list(string) }),
  custom: string,
});

// The engine has null for an absent option, the types authors are given say undefined.
const withoutNull = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
const listDir = checked('filesystem.listDir', filesystem.listDir, [string, option(u32)]);

const host = {
  'signalbox:plugin/config': { get: checked('config.get', config.get, []) },
  'signalbox:plugin/filesystem': {
    listDir: (...args) => withoutNull(listDir(...args)),
    readMetadata: checked('filesystem.readMetadata', filesystem.readMetadata, [string]),
    read: checked('filesystem.read', filesystem.read, [string, u64, u32]),
  },
  'signalbox:plugin/log': {
    log: checked('log.log', log.log, [
      oneOf(levels),
      string,
      (fields) => list(record({ key: string, value: string }))(fields ?? []),
    ]),
  },
  'signalbox:plugin/relay': { publish: checked('relay.publish', relay.publish, [string, event]) },
  'signalbox:plugin/watch': {
    subscribe: checked('watch.subscribe', watch.subscribe, [list(string), u32]),
    unsubscribe: checked('watch.unsubscribe', watch.unsubscribe, [u64]),
  },
};
for (const functions of Object.values(host)) Object.freeze(Object.setPrototypeOf(functions, null));
Object.defineProperty(globalThis, Symbol.for('signalbox'), {
  value: Object.freeze(Object.setPrototypeOf(host, null)),
});

function checked(name, call, parameters) {
  return (...args) => {
    const given = parameters.map((parameter, at) =>
      named(`${name}: argument ${at + 1}`, () => parameter(args[at])),
    );
    try {
      return call(...given);
    } catch (error) {
      // The engine wraps the error case of a WIT result; authors see its tag and val.
      if (error?.payload?.tag === undefined) throw error;
      throw Object.assign(new Error(`${name} was refused: ${JSON.stringify(error.payload)}`), error.payload);
    }
  };
}

function named(place, check) {
  try {
    return check();
  } catch (error) {
    error.message = `${place}: ${error.message}`;
    throw error;
  }
}

const shown = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

// JSON that keeps bytes and bigints; src/sandbox/broker/script-json.ts is its other half.
Object.defineProperty(Uint8Array.prototype, 'toJSON', {
  value() {
    return { [bytesTag]: this.toBase64() };
  },
});
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value() {
    return { [bigintTag]: this.toString() };
  },
});
const untag = (_key, value) => {
  if (typeof value?.[bytesTag] === 'string') return Uint8Array.fromBase64(value[bytesTag]);
  if (typeof value?.[bigintTag] === 'string') return BigInt(value[bigintTag]);
  return value;
};
const parse = (text) => (text.includes('"$signalbox.') ? JSON.parse(text, untag) : JSON.parse(text));

// The world has no clock: reading one would trap without a word.
const RealDate = Date;
const noClock = () => {
  throw new Error('There is no clock for plugins in this version; set tick_ms and count ticks');
};
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) => (args.length === 0 ? noClock() : Reflect.construct(target, args, self)),
  apply: noClock,
});
RealDate.now = noClock;
RealDate.prototype.constructor = globalThis.Date;
for (const name of ['performance', 'wit', '__cqjs']) delete globalThis[name];

globalThis.console = Object.fromEntries(
  [...levels, 'log'].map((method) => [
    method,
    (...parts) =>
      log.log(method === 'log' ? 'info' : method, parts.map(printed).join(' ').toWellFormed(), []),
  ]),
);
function printed(part) {
  if (typeof part === 'string') return part;
  if (part instanceof Error) return `${part.name}: ${part.message}`;
  try {
    return JSON.stringify(part) ?? String(part);
  } catch {
    return String(part);
  }
}

let scriptName = '';
const callables = new Map();

export const script = {
  load(name, source) {
    scriptName = name;
    let exported;
    try {
      // biome-ignore lint/security/noGlobalEval: running the plugin's text is what this component is for.
      exported = globalThis.eval(source);
    } catch (error) {
      throw { tag: 'unusable', val: described(error) };
    }
    if (typeof exported !== 'object' || exported === null) {
      throw {
        tag: 'unusable',
        val: `The script evaluates to ${shown(exported)}, not to an object of exports`,
      };
    }
    for (const [key, value] of Object.entries(exported)) {
      if (typeof value === 'function') callables.set(key, value);
      else if (typeof value === 'object' && value !== null) {
        for (const [member, method] of Object.entries(value)) {
          if (typeof method === 'function') callables.set(`${key}.${kebab(member)}`, method.bind(value));
        }
      }
    }
    return [...callables.keys()];
  },

  call(name, args) {
    const callable = callables.get(name);
    if (callable === undefined) throw { tag: 'missing-export', val: name };
    let value;
    try {
      value = callable(...parse(args));
      if (typeof value?.then === 'function') {
        throw new TypeError(`"${name}" returned a promise; functions of a script are synchronous`);
      }
      return JSON.stringify(value) ?? '';
    } catch (error) {
      if (declaredTags.includes(error?.tag) && typeof error.val === 'string') {
        throw { tag: 'declared', val: { tag: error.tag, val: error.val.toWellFormed() } };
      }
      throw { tag: 'thrown', val: described(error) };
    }
  },
};

const kebab = (member) => member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `TypeError: x is not a function`, then the script's own frames. */
function described(error) {
  if (!(error instanceof Error)) return `Uncaught ${printed(error)}`.toWellFormed();
  const frames = String(error.stack ?? '')
    .split('\n')
    .filter((line) => line.includes(evalName))
    .map((line) => line.replaceAll(evalName, scriptName));
  return [`${error.name}: ${error.message}`, ...frames].join('\n').toWellFormed();
}
