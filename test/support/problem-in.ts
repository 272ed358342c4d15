import { Compile } from 'typebox/compile';
import { expect } from 'vitest';
import type { Problem } from '../../src/admin/problem.ts';
import { problemSchema } from '../../src/wire/error-record.ts';

const problems = Compile(problemSchema);

/** The body of a refusal, which fits its schema and says what its status line does. */
export async function problemIn(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const body: unknown = await response.json();
  if (!problems.Check(body)) throw new Error(`No problem: ${JSON.stringify(body)}`);
  expect(body.status).toBe(response.status);
  return body;
}
