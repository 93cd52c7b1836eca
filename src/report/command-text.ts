import type {RunRecord} from '../schema/record.ts';

/** A word as a shell takes it for one. */
export const quotedWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** `npm run decide -- --plan quick` of the words that cutover was called with. */
export const npmCommand = ([name = '', ...words]: readonly string[]): string =>
  [`npm run ${name}`, ...(words.length === 0 ? [] : ['--', ...words.map(quotedWord)])].join(' ');

/** `0.1.0, commit 35f301f, with changes that were not committed`. */
export const cutoverText = ({version, gitCommit, gitDirty}: RunRecord['cutover']): string =>
  [
    `${version}, commit ${gitCommit ?? 'not known'}`,
    ...(gitDirty === true ? ['with changes that were not committed'] : []),
  ].join(', ');
