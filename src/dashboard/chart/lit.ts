/** What of a chart is lit. */
export interface Lit {
  /** Ids, outer ones first. */
  readonly states: readonly string[];
  /** Ids of arrows that were taken to get there. */
  readonly arrows: ReadonlySet<string>;
  /** Another one for each step, so that the same arrow moves again. */
  readonly step: number;
}
