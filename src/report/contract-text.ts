import type {DropIn} from '../contract/drop-in.ts';
import type {Check} from '../schema/record.ts';
import {plainText} from './plain-text.ts';

interface Judged {
  readonly url: string;
  readonly checks: readonly Check[];
}

const longest = 200;
/** Words of a server, in one line. */
const oneLine = (text: string) => {
  const line = plainText(text);
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`.toWellFormed();
};

const indented = (lines: readonly (string | null)[]) =>
  lines
    .filter(line => line !== null)
    .map(line => `        ${oneLine(line)}\n`)
    .join('');

/** How many checks came to what, in one line. */
const tally = (checks: readonly Check[]): string => {
  const count = (outcome: Check['outcome']) => checks.filter(check => check.outcome === outcome).length;
  return `${count('pass')} pass, ${count('fail')} fail, ${count('unknown')} unknown, ${count('note')} noted`;
};

/** One service's checks, in the order in which they were judged. */
export const checksText = ({url, checks}: Judged): string => {
  const lines = checks.map(
    ({outcome, id, title, detail, example}) =>
      `${outcome.padEnd(7)} ${plainText(id)}: ${plainText(title)}\n${indented([detail, example])}`,
  );
  return `${url}\n${lines.join('')}${tally(checks)}\n`;
};

const words = {'drop-in': 'GO', different: 'NO-GO', unknown: 'INCONCLUSIVE'} as const;

/** Two services field by field, what differs first. */
export const dropInText = ({verdict, fields, questions}: DropIn, [first, second]: readonly Judged[]): string => {
  const lines = fields.map(({verdict: field, field: name, detail, shown, compared, example}) => {
    const often = field === 'same' ? `${compared} of ${compared}` : `${shown} of ${compared}: ${detail}`;
    return `${field.padEnd(10)} ${plainText(name)} (${oneLine(often)})\n${indented([example])}`;
  });
  const sentence = {
    'drop-in': 'can stand in for',
    different: 'cannot stand in for',
    unknown: 'may or may not be able to stand in for',
  }[verdict];
  const checks = [first, second].map(judged => judged && `${judged.url}: ${tally(judged.checks)}\n`).join('');
  return `${lines.join('')}${checks}${words[verdict]}: ${second?.url} ${sentence} ${first?.url}, by ${questions} questions\n`;
};
