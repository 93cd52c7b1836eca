import {recordJsonSchema} from '../records/json-schema.ts';

/** Prints the JSON Schema of record.json. */
export const printSchema = (out: (text: string) => void): void =>
  out(`${JSON.stringify(recordJsonSchema(), null, 2)}\n`);
