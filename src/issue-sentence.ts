import type {z} from 'zod';

const kinds: Readonly<Record<string, string>> = {
  ...{string: 'a text', array: 'a list', object: 'a JSON object', record: 'a JSON object', boolean: 'true or false'},
  ...{number: 'a number', int: 'a whole number', null: 'null'},
};

/** What zod says by itself is for whoever wrote the schema; what a schema says is for whoever wrote the body. */
const isZods = (message: string) => /^(Invalid|Too|Unrecognized)\b/.test(message);

const other = 'is not what this path takes';
const isNumber = (origin: string) => origin === 'number' || origin === 'int';
const has = (origin: string) => (isNumber(origin) ? 'be' : 'have');

const words = (issue: z.core.$ZodIssue): string => {
  if (!isZods(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_union':
      return 'options' in issue ? `must be ${issue.options?.map(String).join(' or ')}` : other;
    case 'unrecognized_keys':
      return `takes no ${issue.keys.join(', ')}`;
    case 'too_small':
      return isNumber(issue.origin) && !issue.inclusive
        ? `must be over ${issue.minimum}`
        : `must ${has(issue.origin)} ${issue.minimum} or more`;
    case 'too_big':
      return isNumber(issue.origin) && !issue.inclusive
        ? `must be under ${issue.maximum}`
        : `must ${has(issue.origin)} ${issue.maximum} or less`;
    default:
      return other;
  }
};

/** `texts.1: is empty`, and `The body must be a JSON object` where no field is to blame. */
export const issueSentence = (issue: z.core.$ZodIssue): string =>
  issue.path.length === 0 ? `The body ${words(issue)}` : `${issue.path.map(String).join('.')}: ${words(issue)}`;

/** All of them. */
export const issueSentences = ({issues}: z.core.$ZodError): string => issues.map(issueSentence).join('; ');
