import {stripVTControlCharacters} from 'node:util';

/** Longer texts of a server are cut in what people read; the record has them whole. */
const mostCharacters = 400;

/**
 * Text of an engine or a user as one line that a terminal only prints: without escape sequences, line breaks, other
 * control characters, and the invisible ones that turn the writing direction.
 */
export const plainText = (text: string): string => {
  const line = stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…`.toWellFormed() : line;
};

/** The same where Markdown is read: nothing in it is markup, a table's border or HTML. */
export const markdownText = (text: string): string => plainText(text).replace(/[\\`*_[\]<>|~#&!]/g, '\\$&');
