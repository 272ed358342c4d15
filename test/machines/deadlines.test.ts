import { describe, expect, test } from 'vitest';
import type { Artifact } from '../../src/ports/artifacts.ts';
import type { Instance, Prepared } from '../../src/ports/sandbox.ts';
import { documentOf, entryOf } from '../support/config-documents.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { guest } from '../support/guests.ts';

const never = <T>() => new Promise<T>(() => {});

/** A port that breaks its promise to answer. */
describe('a port that never answers', () => {
  const silences: readonly {
    port: string;
    break: (runtime: FakeRuntime) => void;
    afterMs: number;
    code: string;
    where: string;
  }[] = [
    {
      port: 'artifacts.open',
      break: (runtime) => Object.assign(runtime.artifacts, { open: () => never<Artifact>() }),
      afterMs: 60_000,
      code: 'PREPARE_DEADLINE',
      where: 'Error.quarantined',
    },
    {
      port: 'sandbox.prepare',
      break: (runtime) => Object.assign(runtime.sandbox, { prepare: () => never<Prepared>() }),
      afterMs: 120_000,
      code: 'PREPARE_DEADLINE',
      where: 'Error.quarantined',
    },
    {
      port: 'sandbox.instantiate',
      break: (runtime) => Object.assign(runtime.sandbox, { instantiate: () => never<Instance>() }),
      afterMs: 60_000,
      code: 'CALL_DEADLINE',
      where: 'Error.backoff',
    },
  ];

  test.each(silences)(
    '$port ends its plugin in Error after $afterMs ms',
    async ({ port, afterMs, code, where, ...silence }) => {
      await using runtime = new FakeRuntime();
      runtime.artifacts.put('a', { code: guest() });
      silence.break(runtime);
      runtime.start(documentOf([entryOf('a')]));
      const step = { 'artifacts.open': 'verifying', 'sandbox.prepare': 'preparing' }[port] ?? 'instantiating';
      await runtime.reaches('a', `Loading.${step}`);
      runtime.clock.increment(afterMs - 1);
      expect(runtime.where('a')).toBe(`Loading.${step}`);
      runtime.clock.increment(1);
      expect(runtime.where('a')).toBe(where);
      expect(runtime.status('a')?.error?.code).toBe(code);
    },
  );
});
