/**
 * What one core module may hold: far below what V8 accepts, far above what compilers emit. The largest module at hand (a JavaScript engine,
 * 13 MB) has 20,000 functions; the largest body has 181 KB, 483 locals, 628 targets of a br_table and 803 nested blocks.
 */
export const caps = {
  moduleBytes: 64 * 1024 * 1024,
  types: 100_000,
  imports: 10_000,
  functions: 100_000,
  globals: 100_000,
  memories: 100,
  exports: 100_000,
  segments: 100_000,
  tables: 100,
  bodyBytes: 2 * 1024 * 1024,
  locals: 10_000,
  branchTargets: 20_000,
  nesting: 5_000,
  /** Steps of the search for the longest paths of one function; the largest body at hand takes 200,000. */
  pathSteps: 5_000_000,
} as const;
