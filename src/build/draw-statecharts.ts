import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ELK from 'elkjs/lib/elk.bundled.js';
import { layoutInput } from '../dashboard/chart/layout-input.ts';
import { mutable, placed } from '../dashboard/chart/placed.ts';
import { chartSvg } from '../dashboard/chart/svg.ts';
import { toStatechart } from '../inspect/statechart.ts';
import { machines } from '../machines.ts';

const folder = fileURLToPath(new URL('../../generated/statecharts', import.meta.url));

/** The machines as pictures. They change with the sources alone, so that no layout engine has to be shipped to draw them. */
await mkdir(folder, { recursive: true });
const engine = new ELK.default();
for (const { name, machine } of machines()) {
  const chart = toStatechart(name, machine);
  const layout = placed(await engine.layout(mutable(layoutInput(chart))));
  await writeFile(join(folder, `${name}.svg`), chartSvg(chart, layout));
}
