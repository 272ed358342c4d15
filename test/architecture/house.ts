/** The table of docs/explanation/architecture.md as data. A module belongs to the longest part that begins its path. */
export interface Part {
  /** A folder, or `src/*.ts` for the face. */
  readonly part: string;
  readonly may: readonly string[];
  /** `node:` modules it may use; absent means any. */
  readonly node?: readonly string[];
}

const face = 'src/*.ts';
const pureNode = ['node:crypto', 'node:path'];
const domain = ['src/core', 'src/permissions', 'src/manifest', 'src/config'];
const wired = [...domain, 'src/ports', 'relays'];
const adapters = ['sandbox', 'capabilities', 'watch', 'store', 'packages', 'logging'].map(
  (name) => `src/${name}`,
);

export const parts: readonly Part[] = [
  { part: 'src/core', may: [], node: pureNode },
  { part: 'src/permissions', may: ['src/core'], node: pureNode },
  { part: 'src/manifest', may: ['src/core', 'src/permissions'], node: pureNode },
  { part: 'src/config', may: ['src/core', 'src/permissions', 'src/manifest'], node: pureNode },
  { part: 'src/ports', may: domain, node: [] },
  { part: 'relays', may: domain, node: [] },
  { part: 'actors', may: wired, node: [] },
  ...adapters.map((part) => ({ part, may: wired })),
  { part: face, may: [...wired, 'actors', ...adapters] },
  { part: 'src/inspect', may: [face, 'relays', 'src/core'], node: [] },
  { part: 'src/metrics', may: [face, 'relays', 'src/core'], node: [] },
  { part: 'src/admin', may: [face, 'src/wire', 'src/inspect', 'src/metrics', 'relays', 'src/core'] },
  { part: 'src/wire', may: ['relays', 'src/core'], node: [] },
  { part: 'src/dashboard', may: ['src/wire'], node: [] },
  {
    part: 'src/build',
    may: [...wired, ...adapters, face, 'src/cli', 'src/inspect', 'src/admin', 'src/wire', 'src/dashboard'],
  },
  { part: 'src/cli', may: [face, 'src/wire', 'src/inspect', 'src/admin', 'relays', 'src/core'] },
];

/** Where each package of ours is at home. A package in a second place is a second way to do one thing. */
export const homes: Readonly<Record<string, readonly string[]>> = {
  '@bytecodealliance/jco-transpile': ['src/sandbox'],
  '@clack/prompts': ['src/cli'],
  '@fastify/rate-limit': ['src/admin'],
  '@opentelemetry/api': ['src/call-spans.ts'],
  '@rjsf/core': ['src/dashboard'],
  '@rjsf/utils': ['src/dashboard'],
  '@statelyai/inspect': ['src/inspect'],
  '@xyflow/react': ['src/dashboard'],
  chokidar: ['src/watch'],
  commander: ['src/cli'],
  elkjs: ['src/dashboard', 'src/build'],
  esbuild: ['src/packages'],
  fastify: ['src/admin'],
  'ipaddr.js': ['src/capabilities'],
  picocolors: ['src/cli'],
  pino: ['src/logging', 'src/options.ts'],
  'prom-client': ['src/metrics'],
  react: ['src/dashboard'],
  'react-dom': ['src/dashboard'],
  rxjs: ['relays', 'actors', 'src/logging', 'src/cli', 'src/admin', face],
  semver: ['src/manifest', 'actors'],
  'smol-toml': ['src/config', 'src/manifest'],
  'toml-eslint-parser': ['src/config'],
  typebox: [
    'src/permissions',
    'src/manifest',
    'src/config',
    'src/capabilities',
    'src/store',
    'src/admin',
    'src/wire',
    'src/dashboard',
    'actors',
  ],
  uplot: ['src/dashboard'],
  xstate: ['actors', 'src/inspect', face],
};

/** The part a path of the repository belongs to. */
export function partOf(path: string): string | undefined {
  if (/^src\/[^/]+\.ts$/.test(path)) return face;
  return parts.find(({ part }) => path.startsWith(`${part}/`))?.part;
}
