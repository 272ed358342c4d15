import { describe, expect, test } from 'vitest';
import { PrepareChild } from '../../../src/sandbox/prepare/prepare-child.ts';
import { never } from '../harness.ts';

/** What a translator that is not well might do, and what is told of it. */
const ready = 'require("fs").writeSync(3, Uint8Array.of(1));';
const dying = [
  {
    how: 'says why before it is ready',
    code: 'throw new TypeError("no such thing");',
    message: 'The translator did not start: TypeError: no such thing',
  },
  {
    how: 'is ready and then gives up',
    code: `${ready} console.error("out of luck"); process.exitCode = 3;`,
    message: 'The translator stopped without an answer: out of luck',
  },
  {
    how: 'says nothing',
    code: 'process.exit(7);',
    message: 'The translator did not start: it ended with code 7',
  },
  {
    how: 'writes what would move a cursor',
    code: 'console.error("\\u001b[2Jgone"); process.exitCode = 1;',
    message: 'The translator did not start: \\u001b[2Jgone',
  },
];

describe('a translator that dies', () => {
  test.each(dying)('and $how is told of with its last words', async ({ code, message }) => {
    const child = new PrepareChild(false, ['-e', code]);
    await expect(child.translate(new Uint8Array(), never)).rejects.toMatchObject({
      code: 'PREPARE_FAILED',
      message,
    });
  });

  test('and floods its standard error is quoted within bounds', async () => {
    const child = new PrepareChild(false, [
      '-e',
      'console.error("x".repeat(1e6) + "\\n" + "last\\n".repeat(1e4)); process.exitCode = 1;',
    ]);
    const error: unknown = await child.translate(new Uint8Array(), never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: { output: Array.from({ length: 20 }, () => 'last') } });
  });
});
