import { type Isolation, isolations } from '../../src/config/document.ts';
import { spreadOf } from '../bench/row.ts';
import { tiersOf, type ZooGuest } from './guest.ts';
import { zoo } from './guests.ts';
import { p99, rangeOf, timesOf, type Waits } from './waits.ts';
import { kinds, wellBehaved } from './well-behaved.ts';

/** Calls of neighbours beside each of the two. */
export const firstCalls = 1_000;
/** A ratio above this is measured anew, with more calls; what is shown is the second measurement, whatever it says. */
export const looksAgainAbove = 1.5;
export const secondCalls = 3_000;
const bound = 2;

/** docs/explanation/zoo-neighbours.md. */
export function neighboursText(measured: readonly Waits[], machine: string): string {
  const board = new Board(measured);
  const line = (what: string, told: (tier: Isolation) => string): string =>
    `| ${what} | ${isolations.map(told).join(' | ')} |`;
  return `# What neighbours wait beside the zoo

A guest that misbehaves may harm its neighbours by making them wait. Guests of [the zoo](zoo.md) are put into a runtime, four at a time, with one that behaves (a component or a script, as
they are) and two neighbours that are called the whole time. They are woken turn about (enabled, called, disabled, as the guest's row in the zoo says) until the neighbours have made ${count(firstCalls)} calls
beside each: always the one beside which there were fewest calls so far. What is compared is the 99th percentile of what all these calls took, beside the guest and beside the one that behaves. Where the
ratio is above ${looksAgainAbove}, the guest is measured anew, alone with one that behaves and with ${count(secondCalls)} calls, and that is what stands here, marked \`*\`.

Waking a plugin costs its neighbours something whoever it is: it is compiled and its instance made in their cell, and the host writes its configuration. Alone they
wait less, as the last lines of this table say. How far a ratio is chance can be seen from one that behaves against itself. What the translator refuses leaves another translator warming up, which
those that behave have beside them then: the rows of \`Loading\` below 1 say no more than that.

This page is what \`node test/zoo/neighbours-table.ts\` saw (${machine}); it takes an hour, and no test depends on its times.

| | shared | own | thread |
|---|---|---|---|
${[
  line('guests', (tier) => `${board.rows(tier).length}`),
  line('measured anew', (tier) => `${board.rows(tier).filter(({ isSecond }) => isSecond).length}`),
  line(
    `above ${bound} x`,
    (tier) => `${board.rows(tier).filter(({ waits }) => timesOf(waits) >= bound).length}`,
  ),
  line('highest ratio', (tier) => board.highest(tier)),
  line('median ratio', (tier) => times(spreadOf(board.rows(tier).map(({ waits }) => timesOf(waits))).median)),
  line(`one that behaves against itself`, (tier) => board.control(tier)),
  line('99th percentile beside guests, median of rows', (tier) => board.median(tier, 'beside')),
  line('beside one that behaves', (tier) => board.median(tier, 'besideBehaved')),
  line('beside nobody', (tier) => ms(p99(board.rows(tier).flatMap(({ waits }) => waits.alone)))),
].join('\n')}

In the tables: the 99th percentile beside the guest, of what it is beside the one that behaves, the ratio, and where nine of ten ratios lie when the wakes that were seen are drawn
again.

${Object.entries(zoo)
  .map(([group, guests]) => groupText(group, guests, board))
  .join('\n')}`;
}

interface Row {
  readonly waits: Waits;
  readonly isSecond: boolean;
}

class Board {
  readonly #measured: readonly Waits[];

  constructor(measured: readonly Waits[]) {
    this.#measured = measured;
  }

  row(guest: ZooGuest, tier: Isolation): Row | undefined {
    const [first, second] = this.#of(guest, tier);
    const waits = second ?? first;
    return waits && { waits, isSecond: second !== undefined };
  }

  rows(tier: Isolation): readonly Row[] {
    return Object.values(zoo)
      .flat()
      .flatMap((guest) => this.row(guest, tier) ?? []);
  }

  highest(tier: Isolation): string {
    const [highest] = this.rows(tier).toSorted((a, b) => timesOf(b.waits) - timesOf(a.waits));
    return highest ? `${times(timesOf(highest.waits))}, ${highest.waits.guest}` : '';
  }

  control(tier: Isolation): string {
    const ratios = kinds.flatMap((kind) => this.#of(wellBehaved[kind], tier)).map(timesOf);
    const sorted = ratios.toSorted((a, b) => a - b);
    return `${times(sorted.at(0) ?? Number.NaN)} to ${times(sorted.at(-1) ?? Number.NaN)} in ${ratios.length}`;
  }

  median(tier: Isolation, side: 'beside' | 'besideBehaved'): string {
    return ms(spreadOf(this.rows(tier).map(({ waits }) => p99(waits[side].flat()))).median);
  }

  #of({ id }: ZooGuest, tier: Isolation): readonly Waits[] {
    return this.#measured.filter((waits) => waits.guest === id && waits.tier === tier);
  }
}

function groupText(group: string, guests: readonly ZooGuest[], board: Board): string {
  const rows = guests.map((guest) => {
    const cells = isolations.map((tier) => cell(guest, tier, board));
    return `| ${guest.id} | ${guest.does} | ${cells.join(' | ')} |\n`;
  });
  return `## ${group}

| guest | what it does | shared | own | thread |
|---|---|---|---|---|
${rows.join('')}`;
}

function cell(guest: ZooGuest, tier: Isolation, board: Board): string {
  if (!tiersOf(guest).includes(tier)) return 'as shared';
  const row = board.row(guest, tier);
  if (!row) return '';
  const { beside, besideBehaved } = row.waits;
  const [low, high] = rangeOf(row.waits);
  const ratio = `${times(timesOf(row.waits))}${row.isSecond ? '*' : ''} (${low.toFixed(1)}-${high.toFixed(1)})`;
  return `${p99(beside.flat()).toFixed(1)} of ${ms(p99(besideBehaved.flat()))}, ${ratio}`;
}

const times = (ratio: number): string => `${ratio.toFixed(2)} x`;
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const count = (value: number): string => value.toLocaleString('en');
