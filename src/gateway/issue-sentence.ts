import type {z} from 'zod';

const kinds: Readonly<Record<string, string>> = {
  ...{string: 'a text', array: 'a list', object: 'a JSON object', record: 'a JSON object', boolean: 'true or false'},
  ...{number: 'a number', int: 'a whole number', null: 'null'},
};

/** What zod says by itself is for whoever wrote the schema; what a schema says is for whoever wrote the body. */
const isZods = (message: string) => /^(Invalid|Too|Unrecognized)\b/.test(message);

const words = (issue: z.core.$ZodIssue): string => {
  if (!isZods(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'unrecognized_keys':
      return `takes no ${issue.keys.join(', ')}`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.minimum} or more`
        : `must have ${issue.minimum} or more`;
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.maximum} or less`
        : `must have ${issue.maximum} or less`;
    default:
      return 'is not what this path takes';
  }
};

/** `texts.1: is empty`, and `The body must be a JSON object` where no field is to blame. */
export const issueSentence = (issue: z.core.$ZodIssue): string =>
  issue.path.length === 0 ? `The body ${words(issue)}` : `${issue.path.map(String).join('.')}: ${words(issue)}`;
