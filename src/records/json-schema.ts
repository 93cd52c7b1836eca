import {z} from 'zod';
import {runRecord} from '../schema/record.ts';
import {schemaVersion} from '../schema/version.ts';

/** JSON Schema (2020-12) of record.json, for readers that are not cutover; reports/record.schema.json is this. */
export const recordJsonSchema = (): object => {
  const {$schema, ...shape} = z.toJSONSchema(runRecord, {reused: 'ref'});
  return {
    $schema,
    $id: 'record.schema.json',
    title: `cutover run record, version ${schemaVersion}`,
    description:
      'One run of cutover bench. Times are milliseconds unless the name says otherwise; null is "not measured" or "not told", never 0.',
    ...shape,
  };
};
