import { readFileSync } from 'node:fs';

/** Text of a corpus: as it is, or in pieces, each with how often it is repeated. */
type CorpusText = string | readonly (readonly [piece: string, times: number])[];
type Corpus = Readonly<Record<string, readonly CorpusText[]>>;

function read(name: string): readonly (readonly [trick: string, texts: readonly string[]])[] {
  const corpus: Corpus = JSON.parse(
    readFileSync(new URL(`../fixtures/corpora/${name}.json`, import.meta.url), 'utf8'),
  );
  return Object.entries(corpus).map(([trick, texts]) => [trick, texts.map(wholeText)]);
}

function wholeText(text: CorpusText): string {
  return typeof text === 'string' ? text : text.map(([piece, times]) => piece.repeat(times)).join('');
}

/** Paths that must lie below none of the roots `waves`, `deep/er`, `/srv/data` and `a b`, by trick. */
export const pathAttacks = read('paths');
/** TOML that must be refused, by trick. */
export const hostileToml = read('hostile-toml');
/** Text that is no JSON, or none a plugin has a reason to send, by trick. */
export const hostileJson = read('hostile-json');
