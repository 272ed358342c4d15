import { BehaviorSubject, type Observable } from 'rxjs';
import { trampolined } from './trampoline.ts';

/** A stream that starts with a value and replays the latest one to whoever subscribes. */
export interface StateRelay<T> {
  readonly observable: Observable<T>;
  /** Held by the one emitter. Ignored after `close`. */
  publish(value: T): void;
  /** Completes the observable. Idempotent. */
  close(): void;
  readonly latest: T;
}

/** @param initial an explicit loading or empty value, never an invented one */
export function createStateRelay<T>(initial: T): StateRelay<T> {
  const subject = new BehaviorSubject(initial);
  return {
    observable: subject.asObservable(),
    publish: trampolined((value) => subject.next(value)),
    close: () => subject.complete(),
    get latest() {
      return subject.value;
    },
  };
}
