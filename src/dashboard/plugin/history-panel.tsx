import { useEffect, useRef } from 'react';
import { preciseText } from '../parts/times.ts';
import { placeText, type Step } from './history.ts';

interface HistoryPanelProps {
  readonly steps: readonly Step[];
  /** Which one the chart shows; undefined while it follows. */
  readonly looked: number | undefined;
  readonly onLook: (at: number | undefined) => void;
}

/** The steps of a machine: a slider to go through them, and the same as a list. */
export function HistoryPanel({ steps, looked, onLook }: HistoryPanelProps) {
  const last = steps.length - 1;
  const shown = looked ?? last;
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
          aria-valuetext={describe(steps[shown])}
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
                  <span className="step-event">{eventText(step.event)}</span>
                </button>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

/** The machine's own names for events, shortened to what people care about. */
function eventText(event: string): string {
  return event
    .replace(/^xstate\.(done|error)\.actor\.(.*)$/, '$1 $2')
    .replace(/^xstate\.after\..*$/, 'after a delay');
}

function describe(step: Step | undefined): string {
  return step
    ? `${placeText(step.states)}, by ${eventText(step.event)}, at ${preciseText(step.time)}`
    : 'nothing yet';
}
