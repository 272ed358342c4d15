import { useEffect, useRef } from 'react';
import { preciseText } from '../parts/times.ts';
import { placeText, type Step } from './history.ts';

interface HistoryPanelProps {
  readonly steps: readonly Step[];
  /** Which one the chart shows; undefined while it follows. */
  readonly looked: number | undefined;
  /** What to call events. */
  readonly names: ReadonlyMap<string, string>;
  readonly onLook: (at: number | undefined) => void;
}

/** The steps of a machine: a slider to go through them, and the same as a list. */
export function HistoryPanel({ steps, looked, names, onLook }: HistoryPanelProps) {
  const last = steps.length - 1;
  const nameOf = ({ event }: Step): string => names.get(event) ?? event;
  const shown = looked ?? last;
  const current = steps[shown];
  const list = useRef<HTMLOListElement>(null);
  const newest = steps[last]?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new step is scrolled to
  useEffect(() => {
    if (looked === undefined) list.current?.scrollTo({ top: 0 });
  }, [looked, newest]);

  return (
    <section className="history" aria-label="History">
      <div className="history-head">
        <h2>History</h2>
        <button
          type="button"
          className="button small"
          aria-pressed={looked === undefined}
          onClick={() => onLook(undefined)}
        >
          Live
        </button>
      </div>
      <label className="scrubber">
        <span className="visually-hidden">Step of the history</span>
        <input
          type="range"
          min={0}
          max={Math.max(0, last)}
          value={Math.max(0, shown)}
          disabled={last < 1}
          aria-valuetext={current ? `${placeText(current.states)}, by ${nameOf(current)}` : 'nothing yet'}
          onChange={(event) => {
            const at = Number(event.target.value);
            onLook(at >= last ? undefined : at);
          }}
        />
      </label>
      {steps.length === 0 ? (
        <p className="muted">Nothing happened since this runtime started to keep its history.</p>
      ) : (
        <ol ref={list} className="steps" reversed>
          {steps.toReversed().map((step, back) => {
            const at = last - back;
            return (
              <li key={step.key}>
                <button
                  type="button"
                  className="step"
                  aria-current={at === shown ? 'step' : undefined}
                  onClick={() => onLook(at === last ? undefined : at)}
                >
                  <time dateTime={new Date(step.time).toISOString()}>{preciseText(step.time)}</time>
                  <span className="step-place">{placeText(step.states)}</span>
                  <span className="step-event">{nameOf(step)}</span>
                </button>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}
