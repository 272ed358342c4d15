import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

// `npm start` shows the scanner at work on these. Files a person put there or edited stay as they are.
const repository = new URL('../../', import.meta.url);
await cp(
  fileURLToPath(new URL('test/fixtures/waveforms', repository)),
  fileURLToPath(new URL('plugins/waves', repository)),
  { recursive: true, force: false },
);
