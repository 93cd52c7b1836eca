import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {describe, expect, test} from 'vitest';
import {printSchema} from '../commands/schema.ts';
import {projectRoot} from '../root.ts';
import {recordJsonSchema} from './json-schema.ts';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from './test-run.ts';

const validate = new Ajv2020().compile(recordJsonSchema());

test('reports/record.schema.json is current; npm run docs makes it anew', () => {
  let printed = '';
  printSchema(text => {
    printed += text;
  });
  expect(readFileSync(join(projectRoot, 'reports', 'record.schema.json'), 'utf8')).toBe(printed);
});

test('a schema names no host: its id is relative', () => {
  expect(recordJsonSchema()).toMatchObject({$id: 'record.schema.json'});
});

describe('another validator', () => {
  test('accepts a record with chat and embed trials', () => {
    validate(exampleRecord({trials: [exampleTrial(), exampleEmbedTrial()]}));
    expect(validate.errors).toBeNull();
  });

  test('refuses a record of another version', () => {
    expect(validate({...exampleRecord(), schemaVersion: 2})).toBe(false);
  });

  test('refuses a count that is not whole', () => {
    expect(validate(exampleRecord({trials: [exampleTrial({counts: {ok: 1.5, failed: 0}})]}))).toBe(false);
  });
});
