import { skipLocals } from './body-locals.ts';
import type { BodyPlan } from './body-plan.ts';
import { type UnlikelyBranches, writeBranchHints } from './branch-hints.ts';
import { budgetIndices, writeSpentBody } from './budgets.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type Callee, unknownCallee } from './call-costs.ts';
import { callOrder } from './call-graph.ts';
import { type CoreModule, readModule, type Section, sectionId } from './core-module.ts';
import { InPieces } from './in-pieces.ts';
import { InstructionReader } from './instruction-reader.ts';
import { type BodyContext, meterBody } from './meter-body.ts';
import { SectionMeter } from './meter-sections.ts';
import { planBody } from './plan-body.ts';
import { refuseModule, refuseSize } from './refusal.ts';

export interface MeterOptions {
  /** Pages of 64 KiB each memory may grow to, at most 65,536. */
  readonly maxMemoryPages: number;
  /** Elements each table may grow to. */
  readonly maxTableElements: number;
  /** Memories a module may have, imported ones counted. Default 4. */
  readonly maxMemories?: number;
  /** Default false: no component needs them yet, and V8 guards them by explicit checks only. */
  readonly allowMemory64?: boolean;
}

/**
 * Rewrites a core module so that what it uses is bounded: each memory and table has a maximum, its memories grow by no more than the
 * budget of its instance, and everything it runs takes fuel. Below zero fuel it traps and the global stays negative. The
 * budgets are imported globals, see `budgets`. Custom sections are dropped. The same bytes and options give the same module, and the same run the same fuel.
 * @throws `ARTIFACT_INVALID` for what is no valid module or uses instructions the meter does not know; `ARTIFACT_TOO_LARGE` over a cap.
 * @see docs/decisions/0008-one-fuel-global.md
 */
export function meterModule(bytes: Uint8Array, options: MeterOptions): Uint8Array<ArrayBuffer> {
  const module = readModule(bytes);
  const functions = module.importedFunctions + module.bodies.length;
  const budget = budgetIndices({ ...module, functions });
  const limits = {
    maxMemoryPages: Math.min(options.maxMemoryPages, 65_536),
    maxTableElements: options.maxTableElements,
    maxMemories: options.maxMemories ?? 4,
    allowMemory64: options.allowMemory64 ?? false,
  };
  if (module.memories.length > limits.maxMemories)
    refuseSize('the number of memories', module.memories.length, limits.maxMemories);
  const pieces = new InPieces(module.memories, budget);
  const sections = new SectionMeter(limits, budget, pieces);
  const planned = planFunctions(module);
  const out = new ByteWriter(Math.ceil(bytes.length * 1.25) + 64);
  out.copy(bytes, 0, 8);
  for (const section of withBudgets(module)) {
    const content = new ByteWriter(Math.ceil((section.end - section.start) * 1.25) + 64);
    const reader = new ByteReader(bytes, section.start, section.end);
    if (section.id === sectionId.code) {
      const branches = meterBodies(module, planned, content, {
        calleeOf: planned.calleeOf,
        budget,
        pieces,
        widths: { memories: sections.memories64, tables: sections.tables64 },
        maxTableElements: limits.maxTableElements,
      });
      const hints = new ByteWriter();
      writeBranchHints(hints, branches);
      writeSection(out, sectionId.custom, hints);
    } else {
      meterSection(section.id, sections, reader, content);
      if (!reader.isAtEnd) refuseModule(`section ${section.id} goes on after its end`, reader.offset);
    }
    writeSection(out, section.id, content);
  }
  // Last, because the refusals above say more. Without, what V8 takes for invalid could become valid by what was added.
  if (!wasm.validate(bytes)) refuseModule('it is not valid', 0);
  return copyOf(out.view());
}

/** As much of `WebAssembly` as is used here. TypeScript knows it from the DOM only. */
const wasm = Reflect.get(globalThis, 'WebAssembly') as { validate(bytes: Uint8Array): boolean };

interface PlannedFunctions {
  readonly plans: readonly (BodyPlan | undefined)[];
  readonly calleeOf: (index: number) => Callee;
}

/** Plans callees before callers: what a call costs is known then. */
function planFunctions({ bodies, importedFunctions }: CoreModule): PlannedFunctions {
  const plans: (BodyPlan | undefined)[] = new Array(bodies.length).fill(undefined);
  const group = new Int32Array(bodies.length).fill(-1);
  const calls = bodies.map((body) => directCalls(body, importedFunctions, bodies.length));
  let current = -1;
  const calleeOf = (index: number): Callee => {
    const callee = index - importedFunctions;
    if (callee < 0 || callee >= bodies.length) return unknownCallee;
    const isRecursive = group[callee] === current;
    const plan = plans[callee];
    return {
      headCost: plan?.headCost ?? 0,
      isRecursive,
      isTransparent: !isRecursive && plan?.isTransparent === true,
    };
  };
  const plan = (member: number): void => {
    const body = bodies[member];
    if (body === undefined) return;
    const code = new ByteReader(body.bytes, body.offset, body.end);
    skipLocals(code);
    plans[member] = planBody(code, calleeOf);
  };
  for (const members of callOrder(calls)) {
    current++;
    const [first = -1] = members;
    const isCircle = members.length > 1 || (calls[first]?.includes(first) ?? false);
    for (const member of members) group[member] = isCircle ? current : -2;
    for (const member of members) plan(member);
    // Once more with the heads of the circle known. They stay as they are: a region that calls into the circle pays for itself.
    if (isCircle) for (const member of members) plan(member);
  }
  return { plans, calleeOf };
}

function directCalls(body: ByteReader, importedFunctions: number, functions: number): Uint32Array {
  const reader = new ByteReader(body.bytes, body.offset, body.end);
  skipLocals(reader);
  const instructions = new InstructionReader(reader);
  const callees = new Set<number>();
  while (!reader.isAtEnd) {
    const { flow } = instructions.next();
    if (flow !== 'call' && flow !== 'tail-call') continue;
    const callee = instructions.first - importedFunctions;
    if (callee >= 0 && callee < functions) callees.add(callee);
  }
  return Uint32Array.from(callees);
}

/**
 * The budgets are imports and one has a type: there is a section of each, in this order at the front. Without functions there is
 * nothing to charge, and empty sections of them may stand alone.
 */
function withBudgets({ sections, bodies }: CoreModule): readonly Section[] {
  const of = (id: number): Section =>
    sections.find((section) => section.id === id) ?? { id, start: 0, end: 0 };
  const left = bodies.length > 0 ? [] : [sectionId.function, sectionId.code];
  const front: readonly number[] = [sectionId.type, sectionId.import];
  const others = sections.filter(({ id }) => ![...front, ...left].includes(id));
  return [...front.map(of), ...others];
}

function meterSection(id: number, sections: SectionMeter, reader: ByteReader, out: ByteWriter): void {
  switch (id) {
    case sectionId.type:
      sections.types(reader, out);
      break;
    case sectionId.import:
      sections.imports(reader, out);
      break;
    case sectionId.function:
      sections.functions(reader, out);
      break;
    case sectionId.table:
      sections.tables(reader, out);
      break;
    case sectionId.memory:
      sections.memories(reader, out);
      break;
    case sectionId.global:
      sections.globals(reader, out);
      break;
    case sectionId.export:
      sections.exports(reader, out);
      break;
    case sectionId.element:
      sections.elements(reader, out);
      break;
    case sectionId.data:
      sections.data(reader, out);
      break;
    default: {
      const { offset } = reader;
      reader.skip(reader.end - offset);
      out.copy(reader.bytes, offset, reader.end);
      break;
    }
  }
}

function meterBodies(
  module: CoreModule,
  { plans }: PlannedFunctions,
  out: ByteWriter,
  context: BodyContext,
): readonly UnlikelyBranches[] {
  out.u32(module.bodies.length + 1 + context.pieces.functions);
  const branches: UnlikelyBranches[] = [];
  const one = new ByteWriter(4096);
  const put = (): void => {
    out.u32(one.length);
    out.copy(one.view(), 0, one.length);
    one.clear();
  };
  module.bodies.forEach((body, index) => {
    const plan = plans[index];
    if (plan === undefined) return;
    const offsets = meterBody(body, module.parameters[index] ?? 0, plan, context, one);
    branches.push({ functionIndex: module.importedFunctions + index, offsets });
    put();
  });
  writeSpentBody(one, context.budget);
  put();
  for (let index = 0; index < context.pieces.functions; index++) {
    context.pieces.writeBody(one, index);
    put();
  }
  return branches;
}

function writeSection(out: ByteWriter, id: number, content: ByteWriter): void {
  out.u8(id);
  out.u32(content.length);
  out.copy(content.view(), 0, content.length);
}

function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}
