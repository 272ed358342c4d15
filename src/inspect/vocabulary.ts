/** The name a guard goes by in `setup()`: `isGranted`, `not isGranted`, `a and b`. */
export function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const guards = property(guard, 'guards');
  if (typeof guard === 'function' && Array.isArray(guards)) {
    const names = guards.map(guardName);
    return guard.name === 'not' ? `not ${names.join('')}` : names.join(` ${guard.name} `);
  }
  return nameOf(guard, 'guard');
}

/** The name an action goes by in `setup()`, or which of XState's own it is: `assign`. */
export function actionName(action: unknown): string {
  return typeof action === 'string' ? action : nameOf(action, 'action');
}

function nameOf(implementation: unknown, otherwise: string): string {
  const type = property(implementation, 'type');
  if (typeof type === 'string') return type.replace(/^xstate\./, '');
  return typeof implementation === 'function' && implementation.name !== '' ? implementation.name : otherwise;
}

function property(of: unknown, key: string): unknown {
  const holdsProperties = (typeof of === 'object' && of !== null) || typeof of === 'function';
  return holdsProperties ? Reflect.get(of, key) : undefined;
}
