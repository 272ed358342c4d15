import { type AddressWidths, isLength64 } from './address-widths.ts';
import { BodyLocals } from './body-locals.ts';
import type { BodyPlan } from './body-plan.ts';
import { type BudgetIndices, shiftedGlobal } from './budgets.ts';
import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Callee } from './call-costs.ts';
import { FuelCode } from './fuel-code.ts';
import { writeGrowth } from './grow-code.ts';
import type { InPieces } from './in-pieces.ts';
import { InstructionReader } from './instruction-reader.ts';
import { type Bulk, leavesForGood, type Opcode } from './opcodes.ts';
import { OpenBlock } from './open-block.ts';
import { refuseModule } from './refusal.ts';

/** What a body needs to know of its module. */
export interface BodyContext {
  readonly calleeOf: (index: number) => Callee;
  readonly budget: BudgetIndices;
  readonly pieces: InPieces;
  readonly widths: AddressWidths;
  readonly maxTableElements: number;
}

const emptyBlock = 0x40;
const opIf = 0x04;
const opEnd = 0x0b;
const opBranchIf = 0x0d;

/**
 * Writes one body with its charges, without its size.
 * @returns Where in it the branches stand that are taken when the fuel is spent.
 */
export function meterBody(
  body: ByteReader,
  parameters: number,
  plan: BodyPlan,
  context: BodyContext,
  out: ByteWriter,
): readonly number[] {
  const locals = new BodyLocals(body, parameters);
  const meter = new BodyMeter(body, locals, plan, context);
  meter.run();
  const start = out.length;
  locals.write(out);
  const localsLength = out.length - start;
  const code = meter.code.view();
  out.copy(code, 0, code.length);
  return meter.unlikely.map((at) => at + localsLength);
}

class BodyMeter {
  readonly code: ByteWriter;
  readonly #reader: InstructionReader;
  readonly #plan: BodyPlan;
  readonly #context: BodyContext;
  readonly #fuel: FuelCode;
  readonly #locals: BodyLocals;
  readonly #open: OpenBlock[] = [];
  #nextBlock = 0;
  #isReachable = true;
  #copiedTo: number;

  constructor(body: ByteReader, locals: BodyLocals, plan: BodyPlan, context: BodyContext) {
    this.code = new ByteWriter(Math.max(64, Math.ceil((body.end - body.offset) * 1.3)));
    this.#reader = new InstructionReader(body);
    this.#plan = plan;
    this.#context = context;
    this.#locals = locals;
    this.#copiedTo = body.offset;
    this.#fuel = new FuelCode(this.code, {
      budget: context.budget,
      local: () => locals.fuel(),
    });
  }

  get unlikely(): readonly number[] {
    return this.#fuel.unlikely;
  }

  run(): void {
    this.#push('function');
    while (this.#open.length > 0) {
      this.#chargeHere();
      this.#step(this.#reader.next());
    }
    this.#copy(this.#reader.end);
  }

  #chargeHere(): void {
    const cost = this.#plan.charges.get(this.#reader.end);
    if (cost === undefined || !this.#isReachable) return;
    this.#copy(this.#reader.end);
    const block = this.#top();
    this.#fuel.charge(cost, block.isCached);
    block.codeStart = this.code.length;
  }

  #step(opcode: Opcode): void {
    const { flow } = opcode;
    if (opcode.bulk !== undefined) this.#bulk(opcode.bulk);
    switch (flow) {
      case 'next':
      case 'trap':
        break;
      case 'local':
        if (this.#reader.first >= this.#locals.own)
          refuseModule(`local ${this.#reader.first} does not exist`, this.#reader.start);
        break;
      case 'global':
        this.#shiftGlobal();
        break;
      case 'block':
      case 'loop':
      case 'if':
      case 'try':
      case 'try-table':
        this.#push(flow);
        break;
      case 'else':
      case 'catch':
        this.#nextArm();
        break;
      case 'end':
      case 'delegate':
        this.#end();
        break;
      case 'branch':
      case 'branch-if':
        for (const label of this.#reader.labels) this.#branch(label);
        if (this.#isReachable && this.#top().plan.copies > 1) this.#repeatLoop(this.#top());
        break;
      case 'return':
      case 'throw':
      case 'tail-call':
      case 'tail-call-unknown':
        this.#before(() => this.#fuel.requireGlobal());
        break;
      case 'call':
        if (!this.#context.calleeOf(this.#reader.first).isTransparent) this.#call();
        break;
      case 'call-unknown':
        this.#call();
        break;
    }
    if (leavesForGood.has(flow)) this.#isReachable = false;
  }

  /** Writes code in front of the instruction just read. */
  #before(write: () => void): void {
    if (!this.#isReachable) return;
    this.#copy(this.#reader.start);
    write();
  }

  #call(): void {
    this.#before(() => this.#fuel.requireGlobal());
    this.#fuel.state.inLocal = false;
  }

  #branch(label: number): void {
    const target = this.#open.at(-1 - label);
    if (target === undefined) return;
    this.#before(() => this.#meet(target));
  }

  /** Makes the fuel valid where the label of the block wants it. */
  #meet(target: OpenBlock): void {
    if (target.plan.isCached) this.#fuel.requireLocal();
    else this.#fuel.requireGlobal();
    target.arrive(this.#fuel.state);
  }

  /** A loop of straight code at its branch: further rounds stand in arms, each in the one before, and the last one goes back. */
  #repeatLoop({ plan, codeStart }: OpenBlock): void {
    this.#copy(this.#reader.start);
    const round = this.code.view().slice(codeStart);
    for (let copy = 1; copy < plan.copies; copy++) {
      this.code.raw(opIf, emptyBlock);
      this.code.copy(round, 0, round.length);
    }
    this.code.raw(opBranchIf, plan.copies - 1);
    for (let copy = 1; copy < plan.copies; copy++) this.code.u8(opEnd);
    this.#copiedTo = this.#reader.end;
  }

  #push(flow: OpenBlock['flow']): void {
    const plan =
      this.#plan.blocks[this.#nextBlock++] ?? refuseModule('a block was not planned', this.#reader.start);
    const around = this.#open.at(-1)?.isCached ?? false;
    const { state } = this.#fuel;
    if (flow === 'loop' || (flow === 'if' && !plan.hasElse)) {
      this.#before(() => (plan.isCached ? this.#fuel.requireLocal() : this.#fuel.requireGlobal()));
    }
    if (flow === 'loop') this.#fuel.assume(plan.isCached);
    if (flow === 'try-table') this.#expectExceptions();
    this.#open.push(
      new OpenBlock(flow, plan, {
        isCached: flow === 'loop' ? plan.isCached : around,
        isReachable: this.#isReachable,
        fuel: { ...state },
        codeStart: this.code.length,
      }),
    );
  }

  /** An exception comes from a callee, who left the fuel in the global. */
  #expectExceptions(): void {
    if (!this.#isReachable) return;
    for (const label of this.#reader.labels) {
      const target = this.#open.at(-1 - label);
      target?.arrive({ inGlobal: true, inLocal: false });
    }
  }

  #nextArm(): void {
    const block = this.#top();
    if (this.#isReachable) this.#before(() => this.#meet(block));
    this.#isReachable = block.isReachable;
    // Functions with handlers keep the fuel in the global, so this holds for a `catch` as for an `else`.
    Object.assign(this.#fuel.state, block.flow === 'if' ? block.fuel : { inGlobal: true, inLocal: false });
  }

  #end(): void {
    const block = this.#top();
    const { state } = this.#fuel;
    if (block.flow === 'function') this.#before(() => this.#fuel.requireGlobal());
    else if (block.flow !== 'loop') {
      const isSkippable = block.flow === 'if' && !block.plan.hasElse && block.isReachable;
      if (this.#isReachable && (block.fuelAtEnd || isSkippable)) this.#before(() => this.#meet(block));
      if (isSkippable) block.arrive(block.fuel);
      if (block.fuelAtEnd) {
        Object.assign(state, block.fuelAtEnd);
        this.#isReachable = true;
      }
    }
    this.#open.pop();
  }

  #bulk(bulk: Bulk): void {
    if (!this.#isReachable) return;
    const is64 = isLength64(bulk, this.#reader, this.#context.widths);
    this.#before(() => {
      const length = {
        unit: bulk.unit,
        local: this.#locals.length(is64),
        is64,
        mostElements: this.#context.maxTableElements,
      };
      this.#fuel.chargeBulk(length, this.#top().isCached);
      if (bulk.unit === 'grown-pages') this.#growth(length.local, is64);
      else {
        this.#fuel.restoreLength(length);
        this.#inPieces(bulk, length.local);
      }
    });
  }

  #inPieces(bulk: Bulk, length: number): void {
    const { first, second, end } = this.#reader;
    const { pieces } = this.#context;
    const called = pieces.functionFor(bulk, first, second);
    if (called === undefined) return;
    this.#fuel.requireGlobal();
    pieces.writeCall(this.code, called, length, () => this.#copy(end));
    this.#fuel.state.inLocal = false;
  }

  #growth(pages: number, is64: boolean): void {
    const growth = { pages, answer: this.#locals.answer(is64), is64 };
    writeGrowth(this.code, this.#context.budget, growth, () => this.#copy(this.#reader.end));
  }

  #shiftGlobal(): void {
    const { first, start, end, code } = this.#reader;
    const shifted = shiftedGlobal(first, this.#context.budget);
    if (shifted === first) return;
    this.#copy(start);
    this.code.u8(code);
    this.code.u32(shifted);
    this.#copiedTo = end;
  }

  #copy(end: number): void {
    this.code.copy(this.#reader.reader.bytes, this.#copiedTo, end);
    this.#copiedTo = end;
  }

  #top(): OpenBlock {
    return this.#open.at(-1) ?? refuseModule('an instruction stands outside of a body', this.#reader.start);
  }
}
