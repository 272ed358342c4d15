// A wrong argument traps the wasm below without a word, so every one is checked here, where a TypeError can say which.
export const string = (value) => {
  if (typeof value !== 'string') throw new TypeError(`expected a string, got ${shown(value)}`);
  return value.toWellFormed();
};
export const oneOf = (allowed) => (value) => {
  if (!allowed.includes(value))
    throw new TypeError(`expected one of ${allowed.join(', ')}, got ${shown(value)}`);
  return value;
};
export const integer = (max) => (value) => {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (!Number.isInteger(number) || number < 0 || number > max) {
    throw new TypeError(`expected an integer from 0 to ${max}, got ${shown(value)}`);
  }
  return number;
};
export const number = (value) => {
  if (typeof value !== 'number') throw new TypeError(`expected a number, got ${shown(value)}`);
  return value;
};
export const boolean = (value) => {
  if (typeof value !== 'boolean') throw new TypeError(`expected true or false, got ${shown(value)}`);
  return value;
};
export const bytes = (value) => {
  if (!(value instanceof Uint8Array)) throw new TypeError(`expected a Uint8Array, got ${shown(value)}`);
  return value;
};
export const list = (item) => (value) => {
  if (!Array.isArray(value)) throw new TypeError(`expected an array, got ${shown(value)}`);
  return value.map(item);
};
export const option = (some) => (value) => (value === undefined || value === null ? undefined : some(value));
/** A list that may be left out when it is empty. */
export const optionalList = (item) => (value) => list(item)(value ?? []);
export const record = (fields) => (value) => {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`expected an object, got ${shown(value)}`);
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, named(`"${key}"`, () => field(value[key]))]),
  );
};
export const variant = (cases) => (value) => {
  const tag = oneOf(Object.keys(cases))(value?.tag);
  return cases[tag] === null ? { tag } : { tag, val: named(`"${tag}"`, () => cases[tag](value.val)) };
};
export const u32 = integer(2 ** 32 - 1);
export const u64 = integer(2 ** 64);

/** A host function behind checks of its arguments. What it refuses is thrown with the fields of its WIT error: `tag` and `val`. */
export function checked(name, call, parameters) {
  return (...args) => {
    const given = parameters.map((parameter, at) =>
      named(`${name}: argument ${at + 1}`, () => parameter(args[at])),
    );
    try {
      return call(...given);
    } catch (error) {
      // The engine wraps the error case of a WIT result.
      if (typeof error?.payload !== 'object') throw error;
      throw Object.assign(new Error(`${name} was refused: ${JSON.stringify(error.payload)}`), error.payload);
    }
  };
}

export const shown = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

function named(place, check) {
  try {
    return check();
  } catch (error) {
    error.message = `${place}: ${error.message}`;
    throw error;
  }
}
