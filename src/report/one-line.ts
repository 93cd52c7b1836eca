import {plainText} from './plain-text.ts';

/** Words of a server or a user as one line of at most so many characters. */
export const oneLine = (text: string, longest: number): string => {
  const line = plainText(text);
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`.toWellFormed();
};
