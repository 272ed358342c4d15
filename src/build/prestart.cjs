// Makes `npm start` work on a fresh clone with whatever Node came with npm: CommonJS, nothing newer than Node 18, no packages.
const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '../..');
const modules = join(root, 'node_modules');

if (!isInstalled()) run(npm(), ['ci']);
run([join(modules, '.bin', 'node')], [join('src', 'build', 'generate.ts')]);

/** npm writes what it installed beside it; a package of the lockfile that is absent or of another version is stale. */
function isInstalled() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional || installed[path]?.version === wanted.version,
  );
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** The npm that runs us, by the Node that runs it. */
function npm() {
  const path = process.env.npm_execpath;
  return path === undefined ? ['npm'] : [process.execPath, path];
}

function run([command, ...first], rest) {
  const options = { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' };
  const { status, error } = spawnSync(command, [...first, ...rest], options);
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
