import type { RJSFSchema } from '@rjsf/utils';
import { expect, test } from 'vitest';
import { placeholders } from '../../../src/dashboard/plugin/form-placeholders.ts';
import { formValidator } from '../../../src/dashboard/plugin/form-validator.ts';

const schema: RJSFSchema = {
  type: 'object',
  required: ['directories'],
  properties: {
    directories: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
    wait: { type: 'integer', minimum: 100, default: 250 },
  },
};

test.each([
  { title: 'what fits has no errors', value: { directories: ['a'], wait: 100 }, at: [] },
  { title: 'what is missing is told at its own place', value: {}, at: ['.directories'] },
  { title: 'an item is told at the item', value: { directories: ['a', ''] }, at: ['.directories.1'] },
  { title: 'each field has its own', value: { directories: ['a'], wait: 5 }, at: ['.wait'] },
])('$title', ({ value, at }) => {
  expect(formValidator.validateFormData(value, schema).errors.map(({ property }) => property)).toEqual(at);
});

test('a part of a schema may point into the whole', () => {
  const root = { $defs: { level: { enum: ['low', 'high'] } } };
  expect(formValidator.isValid({ $ref: '#/$defs/level' }, 'low', root)).toBe(true);
  expect(formValidator.isValid({ $ref: '#/$defs/level' }, 'odd', root)).toBe(false);
});

test('a default is shown and not filled in', () => {
  expect(placeholders(schema)).toEqual({ wait: { 'ui:placeholder': '250, when left empty' } });
});
