import type { SourceModule } from './source-modules.ts';

/** Every group of modules that reach each other, type imports counted, as sorted paths (Tarjan's components). */
export function cyclesOf(
  modules: readonly Pick<SourceModule, 'path' | 'imports'>[],
): readonly (readonly string[])[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];

  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.size - 1);
    open.push(path);
    const targets = (byPath.get(path)?.imports ?? [])
      .map(({ target }) => target)
      .filter((target) => byPath.has(target));
    for (const target of targets) {
      if (!order.has(target)) visit(target);
      if (open.includes(target)) lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(target) ?? 0));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const group = open.splice(open.indexOf(path));
    if (group.length > 1 || targets.includes(path)) cycles.push(group.sort());
  };

  for (const { path } of modules) if (!order.has(path)) visit(path);
  return cycles;
}
