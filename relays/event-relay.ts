import { type Observable, Subject } from 'rxjs';
import { trampolined } from './trampoline.ts';

/** A stream of what happens from now on; late subscribers get nothing of before. */
export interface EventRelay<T> {
  readonly observable: Observable<T>;
  /** Held by the one emitter. Ignored after `close`; costs next to nothing while nobody listens. */
  publish(event: T): void;
  /** Completes the observable. Idempotent. */
  close(): void;
}

export function createEventRelay<T>(): EventRelay<T> {
  const subject = new Subject<T>();
  return {
    observable: subject.asObservable(),
    publish: trampolined((event) => subject.next(event)),
    close: () => subject.complete(),
  };
}
