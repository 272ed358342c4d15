import type { Static, TSchema } from 'typebox';
import { SignalboxError } from '../core/errors.ts';
import type { PluginId } from '../core/ids.ts';
import type { HostFunction, HostReply } from '../ports/host-imports.ts';
import { argumentReader } from './arguments.ts';

/** Who calls a host function, and whether the caller still waits. */
export interface HostCallContext {
  readonly plugin: PluginId;
  /** Aborts when the call is given up or the plugin's instance is gone. */
  readonly signal: AbortSignal;
}

/** One function the host application offers. Made by `hostFunction`. */
export interface HostFunctionDefinition {
  bind(name: string, plugin: PluginId): HostFunction;
}

/** An interface the host application offers to plugins. Made by `defineCapability`. */
export interface HostCapability {
  /** Without version: `myapp:orders/api`. A plugin needs the permission `host:use:<interface>`. */
  readonly interface: string;
  /** By WIT spelling: `place-order`. */
  readonly functions: Readonly<Record<string, HostFunctionDefinition>>;
}

/**
 * A host function whose arguments are checked before it runs.
 *
 * @param args tuple of schemas in the shapes jco lifts: records camelCase, variants `{tag, val}`, `u64` as `Type.BigInt()`
 * @param call answers `{outcome: 'returned', value}`, or `{outcome: 'refused', error}` for the error case of a WIT `result`; what it
 *   throws traps the guest
 */
export function hostFunction<const Args extends TSchema>(
  args: Args,
  call: (args: Static<Args>, context: HostCallContext) => HostReply | Promise<HostReply>,
): HostFunctionDefinition {
  return {
    bind(name, plugin) {
      const read = argumentReader(name, args);
      return (given, signal) => call(read(given), { plugin, signal });
    },
  };
}

const interfaceGrammar = /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/;
const functionGrammar = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Adds an interface of the host application's own. Components import it by its WIT, scripts by its name:
 * `import { placeOrder } from 'myapp:orders/api'`. What a script gives and gets crosses as JSON, which has no `undefined`; bytes and
 * bigints are kept.
 *
 * @throws `ARGUMENT_INVALID` when a name breaks the WIT grammar or is one of Signalbox's own
 */
export function defineCapability(
  interfaceName: string,
  functions: Readonly<Record<string, HostFunctionDefinition>>,
): HostCapability {
  if (
    !interfaceGrammar.test(interfaceName) ||
    interfaceName.startsWith('signalbox:') ||
    interfaceName.startsWith('wasi:')
  ) {
    throw new SignalboxError(
      'ARGUMENT_INVALID',
      `Interface name "${interfaceName}" cannot be offered by a host application`,
      {
        hint: 'Use "namespace:package/interface" without version, in a namespace of your own',
      },
    );
  }
  const badName = Object.keys(functions).find((name) => !functionGrammar.test(name));
  if (badName !== undefined) {
    throw new SignalboxError(
      'ARGUMENT_INVALID',
      `Function name "${badName}" of "${interfaceName}" is not WIT spelling`,
      {
        hint: 'Write "place-order", not "placeOrder"',
      },
    );
  }
  return { interface: interfaceName, functions };
}
