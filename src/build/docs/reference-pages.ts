import { apiPage } from './api-page.ts';
import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';
import { errorsPage } from './errors-page.ts';
import { machinesPage } from './machines-page.ts';
import { manifestPage } from './manifest-page.ts';
import { permissionsPage } from './permissions-page.ts';

/** Path from the repository -> what writes its text. Each page says what the code says, because it is made from it. */
export const referencePages: Readonly<Record<string, () => string>> = {
  'docs/reference/api.md': apiPage,
  'docs/reference/cli.md': cliPage,
  'docs/reference/config.md': configPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/machines.md': machinesPage,
  'docs/reference/manifest.md': manifestPage,
  'docs/reference/permissions.md': permissionsPage,
};
