import type { HostImports } from '../../src/ports/host-imports.ts';

/** `ask` doubles; 0 is refused, 13 breaks, 99 waits. */
export function desk(wait: Promise<void> = Promise.resolve()): HostImports {
  return {
    'test:host/desk': {
      ask: async ([n]) => {
        if (n === 0) return { outcome: 'refused', error: 'zero' };
        if (n === 13) throw new Error('the host broke');
        if (n === 99) await wait;
        return { outcome: 'returned', value: Number(n) * 2 };
      },
      tell: () => ({ outcome: 'returned', value: undefined }),
    },
  };
}
