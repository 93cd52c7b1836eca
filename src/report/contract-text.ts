import type {DropIn} from '../contract/drop-in.ts';
import {exitCodes} from '../errors.ts';
import type {Check} from '../schema/examination.ts';
import {oneLine} from './one-line.ts';
import {plainText} from './plain-text.ts';
import {simulatedNotice} from './run-facts.ts';

interface Judged {
  readonly url: string;
  readonly simulated: boolean;
  readonly checks: readonly Check[];
}

const longest = 200;

const indented = (lines: readonly (string | null)[]) =>
  lines
    .filter(line => line !== null)
    .map(line => `        ${oneLine(line, longest)}\n`)
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

/** What a simulated engine answers proves of no service that another can replace it. */
const dropInWord = ({verdict}: Pick<DropIn, 'verdict'>, services: readonly Pick<Judged, 'simulated'>[]) =>
  verdict === 'drop-in' && services.some(({simulated}) => simulated) ? words.unknown : words[verdict];

const exits = {GO: exitCodes.done, 'NO-GO': exitCodes.noGo, INCONCLUSIVE: exitCodes.inconclusive} as const;

/** How a command ends that was asked whether one service can stand in for another. */
export const dropInExit = (...asked: Parameters<typeof dropInWord>): number => exits[dropInWord(...asked)].code;

type Field = DropIn['fields'][number];

const fieldLine = ({verdict, field, detail, shown, compared, example}: Field): string =>
  `${verdict.padEnd(10)} ${plainText(field)} (${oneLine(`${shown} of ${compared}: ${detail}`, longest)})\n${indented([example])}`;

/** A line for each path, with how many questions each of its fields was compared by. */
const sameLines = (fields: readonly Field[]): readonly string[] => {
  const subjectOf = ({field}: Field) => field.split(' ', 1)[0] ?? '';
  return [...Map.groupBy(fields, subjectOf)].map(([subject, own]) => {
    const names = own.map(({field, compared}) => `${field.slice(subject.length + 1)} (${compared})`);
    return `same       ${plainText(`${subject}: ${names.join(', ')}`)}\n`;
  });
};

const mostReasons = 3;

/** Where a reason was seen: the question's own name, without what stands in the field's. */
const reasonText = ({field, question}: Field): string => {
  const name = question?.split('/').slice(2).join('/') ?? '';
  return plainText(name === '' ? field : `${field} (${name})`);
};

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Why it is no GO, in the names of the fields above. */
const reasonsText = ({verdict, fields, questions}: DropIn): string => {
  const asked = counted(questions, 'question');
  if (verdict === 'drop-in') return `, by ${asked}`;
  const reasons = fields.filter(field => field.verdict === verdict);
  if (reasons.length === 0) return `: none of ${asked} was answered by both`;
  if (verdict === 'unknown' && reasons.every(({field}) => field.endsWith(' reply'))) {
    const silent = reasons.reduce((sum, {shown}) => sum + shown, 0);
    return `: ${silent} of ${asked} got no reply (${plainText(reasons.map(({question}) => question).join(', '))})`;
  }
  const what = verdict === 'different' ? (reasons.length === 1 ? 'differs' : 'differ') : 'could not be compared';
  return ` after ${asked}; ${counted(reasons.length, 'field')} ${what}: ${reasonNames(reasons)}`;
};

const reasonNames = (reasons: readonly Field[]): string => {
  const more = reasons.length - mostReasons;
  return `${reasons.slice(0, mostReasons).map(reasonText).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/** Two services field by field, what differs first; what is the same is only named. */
export const dropInText = (dropIn: DropIn, services: readonly Judged[]): string => {
  const [first, second] = services;
  const {fields} = dropIn;
  const lines = [
    ...fields.filter(field => field.verdict !== 'same').map(fieldLine),
    ...sameLines(fields.filter(field => field.verdict === 'same')),
  ];
  const word = dropInWord(dropIn, services);
  const checks = [first, second].map(judged => judged && `${judged.url}: ${tally(judged.checks)}\n`).join('');
  const said =
    word === 'INCONCLUSIVE'
      ? `cannot tell whether ${second?.url} can stand in for ${first?.url}`
      : `${second?.url} ${word === 'GO' ? 'can' : 'cannot'} stand in for ${first?.url}`;
  const simulated = services.some(service => service.simulated);
  return `${lines.join('')}${checks}${word}: ${said}${reasonsText(dropIn)}\n${simulated ? `${simulatedNotice}\n` : ''}`;
};
