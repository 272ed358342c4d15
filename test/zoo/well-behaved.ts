import { soundGuest } from './build-guests.ts';
import { returns, type ZooGuest } from './guest.ts';

/** Guests that do nothing wrong, by kind. What neighbours wait beside them is what waking a plugin costs, and no harm. */
export const wellBehaved = {
  component: {
    id: 'well-behaved-component',
    does: 'answers',
    artifact: { component: soundGuest },
    strikes: 'call',
    export: 'strike-here',
    rule: 'none',
    end: returns(7),
  },
  script: {
    id: 'well-behaved-script',
    does: 'answers',
    artifact: { script: 'well-behaved' },
    strikes: 'call',
    rule: 'none',
    end: returns(7),
  },
} as const satisfies Readonly<Record<string, ZooGuest>>;

export type GuestKind = keyof typeof wellBehaved;
export const kinds: readonly GuestKind[] = ['component', 'script'];

/** Which of the two a guest is to be compared with: what reads files and folders is made of components mostly. */
export function kindOf({ artifact }: ZooGuest): GuestKind {
  if ('manifest' in artifact) return artifact.entry && 'script' in artifact.entry ? 'script' : 'component';
  return 'script' in artifact ? 'script' : 'component';
}
