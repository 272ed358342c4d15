import fc from 'fast-check';

/** A statement of a small language whose programs always end: loops and functions count down common steps. */
export type Statement =
  | { readonly kind: 'add'; readonly amount: number; readonly times: number }
  | { readonly kind: 'host' | 'return' | 'throw' }
  | { readonly kind: 'tight'; readonly mask: number }
  | { readonly kind: 'block' | 'loop'; readonly body: readonly Statement[] }
  | { readonly kind: 'try'; readonly body: readonly Statement[]; readonly handler: readonly Statement[] }
  | {
      readonly kind: 'if';
      readonly mask: number;
      readonly whenSet: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'branch'; readonly label: number; readonly mask: number | undefined }
  | { readonly kind: 'table'; readonly labels: readonly number[] }
  | { readonly kind: 'call'; readonly callee: number; readonly how: 'direct' | 'indirect' | 'tail' };

export interface Program {
  readonly exceptions: 'none' | 'standard' | 'legacy';
  readonly functions: readonly (readonly Statement[])[];
}

export const functionCount = 4;
const mask = fc.constantFrom(1, 2, 4, 3, 8);

export const programs: fc.Arbitrary<Program> = fc
  .constantFrom('none', 'none', 'standard', 'legacy')
  .chain((exceptions) =>
    fc.record({
      exceptions: fc.constant(exceptions),
      functions: fc.array(bodies(exceptions !== 'none'), {
        minLength: functionCount,
        maxLength: functionCount,
      }),
    }),
  ) as fc.Arbitrary<Program>;

function bodies(hasExceptions: boolean): fc.Arbitrary<readonly Statement[]> {
  const { body } = fc.letrec<{ body: readonly Statement[]; statement: Statement }>((tie) => {
    const nested = tie('body');
    return {
      body: fc.array(tie('statement'), { maxLength: 6, depthIdentifier: 'nesting' }),
      statement: fc.oneof(
        { depthSize: 'medium', maxDepth: 5, depthIdentifier: 'nesting' },
        fc.record({
          kind: fc.constant('add' as const),
          amount: fc.nat(40),
          times: fc.integer({ min: 1, max: 12 }),
        }),
        fc.record({ kind: fc.constant('host' as const) }),
        fc.record({ kind: fc.constant('return' as const) }),
        fc.record({ kind: fc.constant('tight' as const), mask }),
        fc.record({
          kind: fc.constant('branch' as const),
          label: fc.nat(9),
          mask: fc.option(mask, { nil: undefined }),
        }),
        fc.record({
          kind: fc.constant('table' as const),
          labels: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
        }),
        fc.record({
          kind: fc.constant('call' as const),
          callee: fc.nat(functionCount - 1),
          how: fc.constantFrom('direct' as const, 'direct' as const, 'indirect' as const, 'tail' as const),
        }),
        fc.record({ kind: fc.constantFrom('block' as const, 'loop' as const), body: nested }),
        fc.record({ kind: fc.constant('loop' as const), body: nested }),
        fc.record({ kind: fc.constant('if' as const), mask, whenSet: nested, otherwise: nested }),
        ...(hasExceptions
          ? [
              fc.record({ kind: fc.constant('throw' as const) }),
              fc.record({ kind: fc.constant('try' as const), body: nested, handler: nested }),
            ]
          : []),
      ),
    };
  });
  return body;
}

const countDown =
  'global.get $steps i32.const 1 i32.sub global.set $steps global.get $steps i32.const 0 i32.le_s if local.get 0 return end';

/** The program as a module. `run` takes the number to compute on. It calls the host at once, so it pays for its own head. */
export function toText({ functions, exceptions }: Program): string {
  const texts = functions.map(
    (body, index) =>
      `(func $f${index} (type $f) ${countDown} ${new Writer(exceptions).statements(body, [], 1)} local.get 0)`,
  );
  return `(module (type $f (func (param i32) (result i32))) (import "host" "look" (func $look))
    ${exceptions === 'none' ? '' : '(tag $e)'}
    (global $steps (export "steps") (mut i32) (i32.const 0))
    (table funcref (elem ${functions.map((_body, index) => `$f${index}`).join(' ')})) ${texts.join('\n')}
    (func (export "run") (type $f) call $look local.get 0 call $f0))`;
}

class Writer {
  readonly #exceptions: Program['exceptions'];

  constructor(exceptions: Program['exceptions']) {
    this.#exceptions = exceptions;
  }

  /** @param labels Depths at which the labels stand that statements may name. */
  statements(body: readonly Statement[], labels: readonly number[], depth: number): string {
    return body.map((statement) => this.#statement(statement, labels, depth)).join('\n');
  }

  #statement(statement: Statement, labels: readonly number[], depth: number): string {
    const inside = (body: readonly Statement[], levels = 1): string =>
      this.statements(body, [...labels, depth], depth + levels);
    const labelOf = (label: number): number => depth - 1 - (labels[label % labels.length] ?? 0);
    switch (statement.kind) {
      case 'add':
        return `local.get 0 i32.const ${statement.amount} i32.add local.set 0 `.repeat(statement.times);
      case 'host':
        return 'call $look';
      case 'return':
        return 'local.get 0 return';
      case 'throw':
        return 'throw $e';
      case 'tight':
        return `loop local.get 0 i32.const 5 i32.add local.set 0 local.get 0 i32.const ${statement.mask} i32.and br_if 0 end`;
      case 'block':
        return `block ${inside(statement.body)} end`;
      case 'loop':
        return `loop ${countDown} ${inside(statement.body)} end`;
      case 'if':
        return `local.get 0 i32.const ${statement.mask} i32.and if ${inside(statement.whenSet)}
          ${statement.otherwise.length > 0 ? `else ${inside(statement.otherwise)}` : ''} end`;
      case 'try':
        return this.#exceptions === 'legacy'
          ? `try ${inside(statement.body)} catch $e ${inside(statement.handler)} end`
          : `block block try_table (catch $e 0) ${inside(statement.body, 3)} end br 1 end ${inside(statement.handler)} end`;
      case 'branch':
        if (labels.length === 0) return 'nop';
        if (statement.mask === undefined) return `br ${labelOf(statement.label)}`;
        return `local.get 0 i32.const ${statement.mask} i32.and br_if ${labelOf(statement.label)}`;
      case 'table':
        if (labels.length === 0) return 'nop';
        return `local.get 0 i32.const 7 i32.and br_table ${statement.labels.map(labelOf).join(' ')}`;
      case 'call':
        if (statement.how === 'tail') return `local.get 0 return_call $f${statement.callee}`;
        if (statement.how === 'direct') return `local.get 0 call $f${statement.callee} local.set 0`;
        return `local.get 0 i32.const ${statement.callee} call_indirect (type $f) local.set 0`;
    }
  }
}
