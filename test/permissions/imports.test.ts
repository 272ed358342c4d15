import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/manifest/manifest.ts';
import { checkImports } from '../../src/permissions/imports.ts';
import { parsePermission } from '../../src/permissions/permission.ts';

const offered = [
  ...['log', 'config', 'relay', 'filesystem', 'watch', 'http', 'storage', 'environment', 'metrics'],
  ...['random', 'clock'],
]
  .map((name) => `signalbox:plugin/${name}`)
  .concat('myapp:orders/api');

function check(imported: string, permissions: readonly string[], isDeclared = true) {
  const manifest: Manifest = {
    id: 'x',
    version: '1.0.0',
    kind: 'component',
    entry: 'x.wasm',
    ...(isDeclared && { permissions: permissions.map((want) => ({ want, reason: 'It needs it' })) }),
  };
  const effective = isDeclared ? [] : permissions.map(parsePermission);
  return checkImports({ imports: [imported], offered, manifest, isDeclared, effective });
}

describe('an import is fine when its permission is declared', () => {
  test.each([
    ['signalbox:plugin/config', []],
    ['signalbox:plugin/log', ['log']],
    ['signalbox:plugin/relay', ['relay:publish:*']],
    ['signalbox:plugin/filesystem', ['fs:metadata:waves']],
    ['signalbox:plugin/filesystem', ['fs:write:out']],
    ['signalbox:plugin/watch', ['watch:*']],
    ['signalbox:plugin/http', ['net:request:https://*.example.com']],
    ['signalbox:plugin/http', ['net:request:https://a.example']],
    ['signalbox:plugin/storage', ['storage:read:notes']],
    ['signalbox:plugin/storage', ['storage:write:*']],
    ['signalbox:plugin/environment', ['env:read:HOME']],
    ['signalbox:plugin/metrics', ['metrics']],
    ['signalbox:plugin/random', ['random']],
    ['signalbox:plugin/clock', ['time:read']],
    ['myapp:orders/api', ['host:use:myapp:orders/api']],
    ['wasi:filesystem/types', []],
    ['wasi:sockets/tcp', []],
  ])('%s with %j', (imported, permissions) => {
    expect(check(imported, permissions)).toBeUndefined();
    expect(check(imported, permissions, false)).toBeUndefined();
  });
});

test('an import that the manifest does not declare is refused by name, with the lines to add', () => {
  expect(check('signalbox:plugin/filesystem', ['watch:waves', 'log'])).toEqual({
    code: 'IMPORT_UNDECLARED',
    blame: 'plugin',
    message: 'The plugin imports "signalbox:plugin/filesystem", but its manifest does not ask for it',
    hint: 'Add to plugin.toml: [[permissions]] want = "fs:read:<directory>", reason = "..."',
    details: { import: 'signalbox:plugin/filesystem' },
  });
});

test.each([
  ['log', 'log'],
  ['relay', 'relay:publish:<channel>'],
  ['watch', 'watch:<directory>'],
  ['http', 'net:request:<origin>'],
  ['storage', 'storage:read:<space>'],
  ['environment', 'env:read:<NAME>'],
  ['metrics', 'metrics'],
  ['random', 'random'],
  ['clock', 'time:read'],
])('for %s the line to add asks for %s', (name, permission) => {
  expect(check(`signalbox:plugin/${name}`, [])?.hint).toBe(
    `Add to plugin.toml: [[permissions]] want = "${permission}", reason = "..."`,
  );
});

test('an import of a bare artifact that is not granted is refused by name, with the line of TOML', () => {
  expect(check('myapp:orders/api', ['log'], false)).toEqual({
    code: 'IMPORT_UNDECLARED',
    blame: 'plugin',
    message: 'The plugin imports "myapp:orders/api", but nothing it could do there is granted',
    hint: 'Write in its entry: permissions = ["log", "host:use:myapp:orders/api"]',
    details: { import: 'myapp:orders/api' },
  });
});

test('an import that the host does not offer is refused with what it offers', () => {
  expect(check('wasi:nn/graph', ['log'])).toEqual({
    code: 'IMPORT_UNKNOWN',
    blame: 'plugin',
    message: 'The plugin imports "wasi:nn/graph", which this host does not offer',
    hint: `The host offers ${offered.map((name) => `"${name}"`).join(', ')}`,
    details: { import: 'wasi:nn/graph', offered },
  });
});
