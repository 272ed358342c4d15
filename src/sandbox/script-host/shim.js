// Runs inside QuickJS inside wasm: the guest side of every script. Built into generated/script-host.wasm.
import { log } from 'signalbox:plugin/log@0.1.0';
import './language.js';
import './text-coding.js';
import { shown } from './arguments.js';
import { levels } from './host-interfaces.js';
import { kebab, parse } from './json.js';

const declaredTags = ['invalid-config', 'io', 'failed'];
/** What a failing eval calls its text; scripts are shown their own name instead. */
const evalName = '<input>';

globalThis.console = Object.fromEntries(
  [...levels, 'log'].map((method) => [
    method,
    (...parts) => log(method === 'log' ? 'info' : method, parts.map(printed).join(' ').toWellFormed(), []),
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

/** `TypeError: x is not a function`, then the script's own frames. */
function described(error) {
  if (!(error instanceof Error)) return `Uncaught ${printed(error)}`.toWellFormed();
  const frames = String(error.stack ?? '')
    .split('\n')
    .filter((line) => line.includes(evalName))
    .map((line) => line.replaceAll(evalName, scriptName));
  return [`${error.name}: ${error.message}`, ...frames].join('\n').toWellFormed();
}
