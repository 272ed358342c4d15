/** The error case of a host function; jco takes what has a `payload` of its own for one. */
export class HostRefusal extends Error {
  override readonly name = 'HostRefusal';
  readonly payload: unknown;

  constructor(payload: unknown) {
    super('A host function refused, and its WIT declares no error');
    this.payload = payload;
  }
}
