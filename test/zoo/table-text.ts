import { type Isolation, isolations } from '../../src/config/document.ts';
import { tiersOf, type ZooGuest } from './guest.ts';
import { zoo } from './guests.ts';
import { type PeerStruck, peerLimits } from './peers/peer.ts';
import { isForExtism, isForQuickJs, type PeerRun } from './peers/run-peers.ts';
import type { ZooRun } from './run-zoo.ts';
import type { Struck } from './strike.ts';

export interface TableInput {
  readonly run: ZooRun;
  readonly extism: PeerRun;
  readonly quickjs: PeerRun;
  /** `Node 26.10.0, 2 cores`. */
  readonly machine: string;
  readonly versions: { readonly extism: string; readonly quickjs: string };
}

/** docs/explanation/zoo.md. */
export function tableText({ run, extism, quickjs, machine, versions }: TableInput): string {
  return `# The zoo

Every guest here misbehaves. Each is one plugin of a runtime it shares with two that do not: a script and a component, which are
called the whole time. In the tier \`shared\` all three live in one cell. What must come of each is in \`test/zoo/guests/\`, and
\`test/zoo/zoo.test.ts\` holds every build to it: the end, right answers of the neighbours, no restart of a neighbour (but beside
the guests that are stopped with their cell), a host that grows by no more than what is under way.

This page is what \`node test/zoo/table.ts\` saw (${machine}). Times are of one run, other work on the machine included; no test depends on
them. A cell of the table tells the end, the figure reached of what is allowed, and the time to the end. What the neighbours waited is on
[its own page](zoo-neighbours.md). What is refused before anything of it runs is refused in the same way for every tier and stands under the first.

${Object.entries(zoo)
  .map(([group, guests]) => groupText(group, guests, run))
  .join('\n')}
## Beside the peers

The same misbehaviour where a peer can be asked for it: core modules in [Extism](https://extism.org) for JavaScript
${versions.extism}, in its worker, scripts in [quickjs-emscripten](https://github.com/justjake/quickjs-emscripten) ${versions.quickjs}. Each in
a process of its own that is killed after 10 s. quickjs-emscripten has the limits its README recommends: memory
(${mebibytes(peerLimits.memoryBytes)}), stack (320 KiB) and an interrupt handler (${peerLimits.deadlineMs} ms). Extism for JavaScript has no limit to set, so its
host closes the plugin after ${peerLimits.deadlineMs} ms. "Blocked" is the longest its host's event loop did not turn, "peak" the most memory of the
process, about 80 MiB of which are the process itself. Ours are those of the tier \`shared\`, the growth that of the host.

| guest | what it does | Signalbox | Extism | quickjs-emscripten |
|---|---|---|---|---|
${Object.values(zoo)
  .flat()
  .filter((guest) => isForExtism(guest) || isForQuickJs(guest))
  .map(
    (guest) =>
      `| ${guest.id} | ${guest.does} | ${ours(run.get(guest.id)?.get('shared'))} | ${peer(extism.get(guest.id))} | ${peer(quickjs.get(guest.id))} |\n`,
  )
  .join('')}`;
}

function groupText(group: string, guests: readonly ZooGuest[], run: ZooRun): string {
  const rows = guests.map((guest) => {
    const cells = isolations.map((tier) => cell(guest, tier, run));
    return `| ${guest.id} | ${formOf(guest)} | ${guest.does} | ${guest.rule} | ${cells.join(' | ')} |\n`;
  });
  return `## ${group}

| guest | kind | what it does | what stops it | shared | own | thread |
|---|---|---|---|---|---|---|
${rows.join('')}`;
}

function formOf({ artifact }: ZooGuest): string {
  if ('manifest' in artifact) return 'folder';
  if ('path' in artifact) return 'path';
  if ('bytes' in artifact) return 'bytes';
  return 'script' in artifact ? 'script' : 'component';
}

function cell(guest: ZooGuest, tier: Isolation, run: ZooRun): string {
  if (!tiersOf(guest).includes(tier)) return 'as shared';
  const struck = run.get(guest.id)?.get(tier);
  if (!struck) return '';
  const restarted = struck.restarts > 0 ? `; neighbours restarted ${struck.restarts} times` : '';
  return `${endText(struck)}, ${ms(struck.elapsedMs)}${restarted}`;
}

function endText({ end, error }: Struck): string {
  switch (end.end) {
    case 'returned':
      return 'answers, harmless';
    case 'stopped':
      return 'stopped';
    case 'quarantined':
      return `quarantined, \`${end.code}\``;
    case 'degraded':
      return `serves on, degraded, \`${end.code}\``;
    case 'error':
      return `\`${end.code}\`${figures(error?.details?.['limit'])}`;
  }
}

/** A `LimitHit`, as errors carry it. */
function figures(limit: unknown): string {
  if (typeof limit !== 'object' || limit === null) return '';
  const reached = 'reached' in limit ? limit.reached : undefined;
  const allowed = 'allowed' in limit ? limit.allowed : undefined;
  if (typeof reached !== 'number' || typeof allowed !== 'number') return '';
  return ` at ${reached.toLocaleString('en')} of ${allowed.toLocaleString('en')}`;
}

function ours(struck: Struck | undefined): string {
  if (!struck) return '';
  return `${endText(struck)}, ${ms(struck.elapsedMs)}; blocked ${ms(struck.hostStallMs)}, growth ${mebibytes(struck.hostGrowth)}`;
}

function peer(struck: PeerStruck | undefined): string {
  if (!struck) return '';
  const { end, elapsedMs, hostStallMs, peakBytes } = struck;
  const times =
    elapsedMs === undefined || hostStallMs === undefined
      ? ''
      : `, ${ms(elapsedMs)}; blocked ${ms(hostStallMs)}`;
  return `${escaped(end)}${times}, peak ${mebibytes(peakBytes)}`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').trim();
}

function ms(value: number): string {
  return `${Math.max(0, value).toFixed(value < 10 ? 1 : 0)} ms`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}
