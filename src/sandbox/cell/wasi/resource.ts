const cabiRep: unique symbol = Symbol.for('cabiRep');

/**
 * Numbers for the resources of one instance. jco's glue makes up ever new ones for those that bring none, and keeps each it
 * has seen for the life of the instance.
 */
export class ResourceNumbers {
  readonly #free: number[] = [];
  #last = 0;

  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    this.#last += 1;
    return this.#last;
  }

  giveBack(number: number): void {
    this.#free.push(number);
  }
}

/** Something a guest holds a handle of. The glue disposes it when the guest drops that. */
export abstract class Resource implements Disposable {
  readonly [cabiRep]: number;
  readonly #numbers: ResourceNumbers;
  #isHeld = true;

  constructor(numbers: ResourceNumbers) {
    this.#numbers = numbers;
    this[cabiRep] = numbers.take();
  }

  [Symbol.dispose](): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#numbers.giveBack(this[cabiRep]);
  }
}

/** A resource of which there is none here: the glue wants its class, and no guest ever holds one. */
export abstract class Unobtainable {}
