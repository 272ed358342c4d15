import type { Program, Statement } from './random-program.ts';

export interface Run {
  readonly result: number | 'threw';
  /** Cost of what ran, instruction by instruction. */
  readonly cost: number;
  /** The same at each call of the host. */
  readonly costAtHost: readonly number[];
}

/** How a body ended: at its end, at a label (counted from outside), or for good. What a tail call throws passes the handlers by. */
type End = 'next' | 'return' | 'throw' | 'tail-throw' | number;

/** Runs a program by its meaning, as a reference for what WebAssembly makes of it. */
export function runProgram({ functions }: Program, steps: number, value: number): Run {
  let stepsLeft = steps;
  let cost = 0;
  let x = value;
  const costAtHost: number[] = [];

  const isSpent = (): boolean => {
    cost += 8;
    stepsLeft--;
    if (stepsLeft <= 0) cost += 2;
    return stepsLeft <= 0;
  };

  const call = (index: number): End => {
    if (isSpent()) return 'return';
    const end = statements(functions[index] ?? [], 0);
    if (end === 'next') cost += 1;
    return end === 'throw' || end === 'tail-throw' ? 'throw' : 'return';
  };

  const statements = (body: readonly Statement[], depth: number): End => {
    for (const statement of body) {
      const end = run(statement, depth);
      if (end !== 'next') return end;
    }
    return 'next';
  };

  /** What is inside stands at label `depth`. */
  const block = (body: readonly Statement[], depth: number): End => {
    const end = statements(body, depth + 1);
    return end === depth ? 'next' : end;
  };

  const run = (statement: Statement, depth: number): End => {
    switch (statement.kind) {
      case 'add':
        cost += 4 * statement.times;
        x = (x + statement.amount * statement.times) | 0;
        return 'next';
      case 'host':
        cost += 2;
        costAtHost.push(cost);
        return 'next';
      case 'return':
        cost += 2;
        return 'return';
      case 'throw':
        cost += 128;
        return 'throw';
      case 'tight':
        do {
          cost += 8;
          x = (x + 5) | 0;
        } while ((x & statement.mask) !== 0);
        return 'next';
      case 'block':
        return block(statement.body, depth);
      case 'loop':
        for (;;) {
          if (isSpent()) return 'return';
          const end = statements(statement.body, depth + 1);
          if (end !== depth) return end;
        }
      case 'if':
        cost += 4;
        return block((x & statement.mask) === 0 ? statement.otherwise : statement.whenSet, depth);
      case 'try': {
        const end = block(statement.body, depth);
        return end === 'throw' ? block(statement.handler, depth) : end;
      }
      case 'branch':
        if (depth === 0) return 'next';
        cost += statement.mask === undefined ? 1 : 4;
        return statement.mask === undefined || (x & statement.mask) !== 0 ? statement.label % depth : 'next';
      case 'table': {
        if (depth === 0) return 'next';
        cost += 5;
        const label = statement.labels[Math.min(x & 7, statement.labels.length - 1)] ?? 0;
        return label % depth;
      }
      case 'call': {
        cost += statement.how === 'indirect' ? 4 : 3;
        const before = x;
        const end = call(statement.callee);
        if (end === 'throw') x = before;
        if (statement.how === 'tail') return end === 'throw' ? 'tail-throw' : end;
        if (end === 'throw') return end;
        cost += 1;
        return 'next';
      }
    }
  };

  cost += 2;
  costAtHost.push(cost);
  cost += 3;
  const end = call(0);
  return { result: end === 'throw' ? 'threw' : x, cost, costAtHost };
}
