type Settings = Readonly<Record<string, unknown>>;

/** What turns one table of settings into another, as the API takes it: null for a setting that goes (RFC 7396). */
export function configChanges(before: Settings, after: Settings): Settings {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...keys]
      .filter((key) => !isSame(before[key], after[key]))
      .map((key) => [key, after[key] === undefined ? null : after[key]]),
  );
}

/** Of JSON values, whatever the order of their keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one).filter((key) => Reflect.get(one, key) !== undefined);
  const others = Object.keys(other).filter((key) => Reflect.get(other, key) !== undefined);
  return (
    keys.length === others.length &&
    keys.every((key) => isSame(Reflect.get(one, key), Reflect.get(other, key)))
  );
}
