import type {z} from 'zod';
import {CutoverError, fileReasonOf} from '../errors.ts';

/** RECORD_UNREADABLE for a file, with the reason as text or as whatever was thrown. */
export const unreadable = (file: string, reason: unknown, options: {hint: string; cause?: unknown}) =>
  new CutoverError('RECORD_UNREADABLE', `${file} cannot be read: ${fileReasonOf(reason)}`, options);

/** The first three places where a value is not what its schema says. */
export const issuesText = ({issues}: z.ZodError): string => {
  const shown = issues.slice(0, 3).map(({path, message}) => `${path.join('.') || 'it'}: ${message}`);
  const more = issues.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
};
