import { type HeaderFacts, latin1, tidyText } from './waveform.ts';

/** The commands of IEEE 1800 section 21.7, and GTKWave's attributes. Each runs to `$end`. */
const command =
  /\$(comment|date|version|timescale|scope|upscope|var|attrbegin|attrend|enddefinitions|dump(?:vars|all|on|off|ports\w*))(?=\s|\$end)/g;

/** A VCD file is text whose first word is one of its commands. Undefined when this is none. */
export function readVcd(head: Uint8Array): HeaderFacts | undefined {
  const text = latin1(head)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  command.lastIndex = 0;
  if (command.exec(text)?.index !== 0) return undefined;
  const { found, signals, isComplete } = readCommands(text);
  const timescale = /^(\d+)\s*([a-z]*s)$/i.exec(found.get('timescale') ?? '');
  const date = found.get('date');
  const writer = found.get('version');
  return {
    ...(timescale && { timescale: `${timescale[1]} ${timescale[2]}` }),
    ...(date !== undefined && { date }),
    ...(writer !== undefined && { writer }),
    ...(isComplete ? { signals } : { signalsAtLeast: signals }),
  };
}

/** Words that are no command are passed over: simulators that crash leave some. */
function readCommands(text: string) {
  const found = new Map<string, string>();
  let signals = 0;
  command.lastIndex = 0;
  for (let match = command.exec(text); match; match = command.exec(text)) {
    const [, name = ''] = match;
    if (name === 'enddefinitions') return { found, signals, isComplete: true };
    const end = text.indexOf('$end', command.lastIndex);
    if (end < 0) break;
    const body = tidyText(text.slice(command.lastIndex, end));
    if (body !== undefined && !found.has(name)) found.set(name, body);
    if (name === 'var') signals++;
    command.lastIndex = end + '$end'.length;
  }
  return { found, signals, isComplete: false };
}
