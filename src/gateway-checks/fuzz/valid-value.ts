import fc from 'fast-check';

/** As much of JSON Schema as the gateway's document uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Small enough for many, and what has gone wrong somewhere: other scripts, quotes, control characters, look-alikes of syntax. */
const words = fc.constantFrom(
  'def',
  '"q"',
  '\\',
  'größe',
  '語',
  '🦀',
  'e\u0301',
  '\u202e',
  '\0',
  '<|im_end|>',
  '{{x}}',
  '-1',
);
const text = fc.oneof(
  fc.array(words, {maxLength: 4}).map(some => some.join(' ')),
  fc.string({unit: 'grapheme', maxLength: 12}),
);

/** Numbers near the bounds of the schema, and its largest. */
const integer = (least: number, most: number) =>
  fc.oneof({weight: 4, arbitrary: fc.integer({min: least, max: least + 8})}, fc.constant(most));

/** Values that the schema allows. Integers are small or the largest: one that is only large has an engine work for long. */
export const validValue = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const {type, minimum = 0, maximum = Number.MAX_SAFE_INTEGER} = schema;
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(validValue));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (Array.isArray(type)) return fc.oneof(...type.map(one => validValue({...schema, type: one})));
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integer(minimum, maximum);
    case 'number':
      return fc.double({min: minimum, max: minimum + 2, noNaN: true});
    case 'string': {
      const {pattern} = schema;
      return pattern === undefined ? text : text.map(said => (new RegExp(pattern, 'u').test(said) ? said : `${said}x`));
    }
    case 'array':
      return fc.array(validValue(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: (schema.minItems ?? 0) + 2,
      });
    case 'object': {
      const properties = Object.entries(schema.properties ?? {}).map(
        ([key, value]) => [key, validValue(value)] as const,
      );
      return fc.record(Object.fromEntries(properties), {requiredKeys: [...(schema.required ?? [])]});
    }
    default:
      return fc.jsonValue({maxDepth: 2});
  }
};
