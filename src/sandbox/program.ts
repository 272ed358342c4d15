import { SignalboxError } from '../core/errors.ts';
import { sha256 } from '../core/fingerprint.ts';
import { decodeValue } from './protocol/decode-value.ts';
import { encodeValue } from './protocol/encode-value.ts';
import type { ValueBudget } from './protocol/value-format.ts';

/** An interface a program imports, and the functions of it that it can call. */
export interface ProgramImport {
  /** Without version: `signalbox:plugin/log`. */
  readonly interface: string;
  /** In WIT spelling: `list-dir`. */
  readonly functions: readonly string[];
}

export interface ProgramExport {
  /** As hosts call it: `greet`, `lifecycle.init`. */
  readonly name: string;
  /** The whole id of its interface: `signalbox:plugin/lifecycle@0.1.0`; absent for a function of the world. */
  readonly interface?: string;
  /** In WIT spelling. */
  readonly function: string;
}

/** What the broker needs to know of a program. */
export interface ProgramWorld {
  readonly imports: readonly ProgramImport[];
  readonly exports: readonly ProgramExport[];
}

/** A component after preparation: what a cell needs to instantiate it. */
export interface Program extends ProgramWorld {
  /** Body of a function of no arguments that returns `instantiate(getCoreModule, imports, instantiateCore, WebAssembly)`. */
  readonly glue: string;
  /** Core modules by the file name the glue asks for. */
  readonly modules: Readonly<Record<string, ProgramModule>>;
}

/** A core module that takes fuel and stays within its instance's memory. */
export interface ProgramModule {
  readonly code: Uint8Array;
  /** Of its own memories together, 64 KiB each. */
  readonly initialPages: number;
  /** It may keep structs and arrays, which no budget of pages counts. */
  readonly hasCollectedTypes: boolean;
}

/** What it allocates lies in the heap of its cell, among what all others there have. */
export function isCollected({ modules }: Program): boolean {
  return Object.values(modules).some(({ hasCollectedTypes }) => hasCollectedTypes);
}

/** Programs are large and come from our own preparation; messages are neither. */
const programBudget: ValueBudget = { maxElements: 1_000_000, maxDepth: 8 };
const digestBytes = 32;

export function encodeProgram(program: Program): Buffer {
  return Buffer.from(encodeValue(program, programBudget));
}

/** @throws `INTERNAL` when the bytes are no program */
export function decodeProgram(bytes: Uint8Array): Program {
  const value = decodeValue(bytes, programBudget);
  if (!isProgram(value)) throw new SignalboxError('INTERNAL', 'A prepared program is malformed');
  return value;
}

/** The bytes under their SHA-256: how programs lie on disk. */
export function sealProgram(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(sha256(bytes), 'hex'), bytes]);
}

/** The sealed bytes, or undefined when they are not what was sealed: torn, or touched by someone else. */
export function unsealProgram(file: Uint8Array): Uint8Array | undefined {
  const bytes = file.subarray(digestBytes);
  const seal = Buffer.from(file.subarray(0, digestBytes)).toString('hex');
  return file.length > digestBytes && seal === sha256(bytes) ? bytes : undefined;
}

function isProgram(value: unknown): value is Program {
  if (!isRecord(value)) return false;
  const { glue, modules, imports, exports } = value;
  return (
    typeof glue === 'string' &&
    isRecord(modules) &&
    Object.values(modules).every(isModule) &&
    Array.isArray(imports) &&
    imports.every(isImport) &&
    Array.isArray(exports) &&
    exports.every(isExport)
  );
}

function isModule(value: unknown): boolean {
  return (
    isRecord(value) &&
    value['code'] instanceof Uint8Array &&
    Number.isSafeInteger(value['initialPages']) &&
    typeof value['hasCollectedTypes'] === 'boolean'
  );
}

function isImport(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { functions } = value;
  return (
    typeof value['interface'] === 'string' &&
    Array.isArray(functions) &&
    functions.every((name) => typeof name === 'string')
  );
}

function isExport(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    typeof value['function'] === 'string' &&
    (value['interface'] === undefined || typeof value['interface'] === 'string')
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
