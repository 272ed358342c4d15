// What a script imports, as src/packages/script-imports.ts finds it: by name, below one symbol.
import * as clock from 'signalbox:plugin/clock@0.1.0';
import * as config from 'signalbox:plugin/config@0.1.0';
import * as environment from 'signalbox:plugin/environment@0.1.0';
import * as filesystem from 'signalbox:plugin/filesystem@0.1.0';
import * as http from 'signalbox:plugin/http@0.1.0';
import * as log from 'signalbox:plugin/log@0.1.0';
import * as metrics from 'signalbox:plugin/metrics@0.1.0';
import * as random from 'signalbox:plugin/random@0.1.0';
import * as relay from 'signalbox:plugin/relay@0.1.0';
import * as storage from 'signalbox:plugin/storage@0.1.0';
import * as watch from 'signalbox:plugin/watch@0.1.0';
import { applicationInterface } from './application-interface.js';
import {
  boolean,
  bytes,
  checked,
  integer,
  list,
  number,
  oneOf,
  option,
  optionalList,
  record,
  string,
  u32,
  u64,
  variant,
} from './arguments.js';

export const levels = ['trace', 'debug', 'info', 'warn', 'error'];

const event = variant({
  discovery: record({ paths: list(string), details: list(string) }),
  log: string,
  'refresh-timeline': record({ reason: string, paths: list(string) }),
  custom: string,
});
const pair = record({ name: string, value: string });

// The engine has null for an absent option, the types authors are given say undefined.
const orUndefined =
  (call) =>
  (...args) =>
    call(...args) ?? undefined;
const withoutNull =
  (call) =>
  (...args) =>
    Object.fromEntries(Object.entries(call(...args)).filter(([, value]) => value !== null));

const interfaces = {
  clock: { now: [[], clock.now], monotonic: [[], clock.monotonic] },
  config: { get: [[], config.get] },
  environment: { get: [[string], environment.get, orUndefined] },
  filesystem: {
    listDir: [[string, option(u32)], filesystem.listDir, withoutNull],
    readMetadata: [[string], filesystem.readMetadata],
    read: [[string, u64, u32], filesystem.read],
    write: [[string, u64, bytes, boolean], filesystem.write],
    createDir: [[string], filesystem.createDir],
    remove: [[string], filesystem.remove],
  },
  http: {
    fetch: [
      [record({ method: string, url: string, headers: optionalList(pair), body: option(bytes) })],
      http.fetch,
    ],
    readBody: [[u64, u32], http.readBody],
    close: [[u64], http.close],
  },
  log: { log: [[oneOf(levels), string, optionalList(record({ key: string, value: string }))], log.log] },
  metrics: {
    increment: [[string, number, optionalList(pair)], metrics.increment],
    gauge: [[string, number, optionalList(pair)], metrics.gauge],
  },
  random: { bytes: [[integer(64 * 1024)], random.bytes] },
  relay: { publish: [[string, event], relay.publish] },
  storage: {
    get: [[string, string], storage.get, orUndefined],
    set: [[string, string, bytes], storage.set],
    delete: [[string, string], storage.delete],
    listItems: [[string, string, option(string)], storage.listItems, withoutNull],
    append: [[string, string, bytes], storage.append],
    readCollection: [[string, string, u64], storage.readCollection],
  },
  watch: {
    subscribe: [[list(string), u32], watch.subscribe],
    unsubscribe: [[u64], watch.unsubscribe],
  },
};

// All else is the host application's.
const host = Object.create(
  new Proxy(Object.create(null), {
    get: (_target, name) => (typeof name === 'string' ? applicationInterface(name) : undefined),
  }),
);
for (const [name, members] of Object.entries(interfaces)) {
  const functions = Object.entries(members).map(([member, [parameters, call, shape = (same) => same]]) => [
    member,
    shape(checked(`${name}.${member}`, call, parameters)),
  ]);
  host[`signalbox:plugin/${name}`] = Object.freeze(
    Object.setPrototypeOf(Object.fromEntries(functions), null),
  );
}
Object.defineProperty(globalThis, Symbol.for('signalbox'), { value: Object.freeze(host) });
