import { expect, test } from 'vitest';
import { checkApi } from '../../src/manifest/api-version.ts';

test.each([
  [undefined, '0.1.0'],
  ['0.1', '0.1.0'],
  ['0.1.9', '0.1.0'],
  ['0.1', '0.2.0'],
  ['1.2', '1.10.0'],
])('a plugin for api %s runs on a host with %s', (api, host) => {
  expect(checkApi({ id: 'x', ...(api !== undefined && { api }) }, host)).toBeUndefined();
});

test.each([
  ['0.3', '0.1.0'],
  ['1.0', '0.9.0'],
  ['0.9', '1.0.0'],
])('a plugin for api %s does not run on a host with %s', (api, host) => {
  const offered = host.slice(0, 3);
  expect(checkApi({ id: 'x', api }, host)).toEqual({
    code: 'API_INCOMPATIBLE',
    blame: 'plugin',
    message: `Cannot load plugin "x": api ${api} is required, host offers ${offered}`,
    hint: `Use a build of the plugin for api ${offered}, or a newer host`,
    details: { required: api, offered: host },
  });
});
