import { Resource, type ResourceNumbers } from './resource.ts';
import { limitReached, WitError } from './wit-error.ts';

export type Entry = readonly [string, Uint8Array];

/** Names and values of one collection together; more than any server takes. */
const maxFieldBytes = 64 * 1024;

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Fields of the connection, which is the host's. */
const forbidden = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** `fields` of `wasi:http/types`: header names with values, in order. */
export class HttpFields extends Resource {
  readonly #isImmutable: boolean;
  #entries: Entry[];

  constructor(numbers: ResourceNumbers, entries: readonly Entry[], isImmutable: boolean) {
    super(numbers);
    this.#entries = [...entries];
    this.#isImmutable = isImmutable;
  }

  get(name: string): Uint8Array[] {
    return this.#entries.filter(isCalled(name)).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#entries.some(isCalled(name));
  }

  set(name: string, values: readonly Uint8Array[]): void {
    this.#check(name, values);
    this.#entries = this.#entries.filter((entry) => !isCalled(name)(entry));
    for (const value of values) this.#add(name, value);
  }

  delete(name: string): void {
    this.#check(name, []);
    this.#entries = this.#entries.filter((entry) => !isCalled(name)(entry));
  }

  append(name: string, value: Uint8Array): void {
    this.#check(name, [value]);
    this.#add(name, value);
  }

  entries(): readonly Entry[] {
    return this.#entries;
  }

  #add(name: string, value: Uint8Array): void {
    const [spelled = name] = this.#entries.find(isCalled(name)) ?? [];
    this.#entries.push([spelled, value]);
    const bytes = this.#entries.reduce((sum, [key, { length }]) => sum + key.length + length, 0);
    if (bytes > maxFieldBytes) throw limitReached('header_bytes', bytes, maxFieldBytes);
  }

  #check(name: string, values: readonly Uint8Array[]): void {
    if (this.#isImmutable) throw new WitError({ tag: 'immutable' });
    if (!token.test(name) || values.some(hasControl)) throw new WitError({ tag: 'invalid-syntax' });
    if (forbidden.has(name.toLowerCase())) throw new WitError({ tag: 'forbidden' });
  }
}

/** `fields` of one instance. */
export interface FieldsClass {
  new (entries?: readonly Entry[], isImmutable?: boolean): HttpFields;
  fromList(entries: readonly Entry[]): HttpFields;
}

/** The class as one instance has it: the glue constructs without telling for whom. */
export function fieldsOf(numbers: ResourceNumbers): FieldsClass {
  return class Fields extends HttpFields {
    static fromList(entries: readonly Entry[]): Fields {
      const fields = new Fields();
      for (const [name, value] of entries) fields.append(name, value);
      return fields;
    }

    constructor(entries: readonly Entry[] = [], isImmutable = false) {
      super(numbers, entries, isImmutable);
    }

    clone(): Fields {
      return new Fields(this.entries());
    }
  };
}

function isCalled(name: string): (entry: Entry) => boolean {
  const wanted = name.toLowerCase();
  return ([key]) => key.toLowerCase() === wanted;
}

/** Line breaks first of all; a tab is none, see https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
function hasControl(value: Uint8Array): boolean {
  return value.some((byte) => (byte < 0x20 && byte !== 0x09) || byte === 0x7f);
}
