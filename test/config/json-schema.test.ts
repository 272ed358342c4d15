import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { Compile } from 'typebox/schema';
import { expect, test } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';

const schema = Compile(configJsonSchema());

test('the schema is plain JSON', () => {
  const exported = configJsonSchema();
  expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
});

test('the schema allows the example of the NovyWave design', () => {
  const text = readFileSync(new URL('../fixtures/config/novywave.toml', import.meta.url), 'utf8');
  expect(schema.Check(parse(text))).toBe(true);
});

test.each([
  'plugins = 1',
  '[plugins]\nschema_version = 2',
  '[[plugins.entries]]\nid = "a"',
  '[[plugins.entries]]\nid = "a"\nartifact_path = "a"\nisolation = "vm"',
  '[signalbox]\nsafe_mode = "no"',
])('the schema refuses %j', (text) => {
  expect(schema.Check(parse(text))).toBe(false);
});
