import type {Rehearsal, SideFacts} from '../../schema/rehearsal.ts';
import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {checksOf} from './check.ts';
import {spanOf} from './spans.ts';

type Row = RehearsalVerdict['identity'][number];
const check = checksOf('rollback');

/** The baseline as it was first, and as it was found once the rollback had begun. */
export const identityOf = (rehearsal: Rehearsal) => {
  const baseline = rehearsal.sides.filter(({arm}) => arm === 'baseline').toSorted((a, b) => a.atMs - b.atMs);
  const rollback = spanOf(rehearsal, 'rollback');
  const [before, after] = [baseline[0], baseline.at(-1)];
  if (before === undefined || after === undefined || rollback === null || after.atMs < rollback.startMs)
    return {rows: [], check: check('identity', 'inconclusive', 'The baseline was not looked at after a rollback.')};
  const rows = rowsOf(before, after);
  const different = rows.filter(({same}) => !same);
  if (different.length > 0) {
    const texts = different.map(row => `${row.what} was ${row.before} and is ${row.after}`);
    return {rows, check: check('identity', 'fail', `${texts.join('; ')}.`)};
  }
  const known = new Set(rows.map(({what}) => what.replace(/^\w+: /, '')));
  return {rows, check: check('identity', 'pass', `The same as before: ${[...known].join(', ')}.`)};
};

/** What neither time was known is left out; what was known only once is a difference. */
const rowsOf = (before: SideFacts, after: SideFacts): Row[] => {
  const [first, second] = [factsOf(before), factsOf(after)];
  return [...new Set([...first.keys(), ...second.keys()])].map(what => {
    const [was, is] = [first.get(what) ?? 'unknown', second.get(what) ?? 'unknown'];
    return {what, before: was, after: is, same: was === is};
  });
};

const factsOf = ({engine, stack, runtime, servers}: SideFacts): Map<string, string> => {
  const rows: (readonly [string, string | null | undefined])[] = [
    ['engine', engine],
    ['stack', stack],
    ['runtime', runtime],
    ...servers
      .toSorted((a, b) => (a.role < b.role ? -1 : 1))
      .flatMap(({role, container, command, model, facts}): (readonly [string, string | null | undefined])[] => [
        [`${role}: image digest`, container?.digest],
        [`${role}: image`, container?.imageId],
        [`${role}: arguments`, command === null ? null : argumentsText(command)],
        [`${role}: model`, facts.model ?? model],
        [`${role}: version`, facts.version],
        [`${role}: context`, facts.contextTokens === null ? null : `${facts.contextTokens} tokens`],
      ]),
  ];
  return new Map(rows.filter((row): row is readonly [string, string] => typeof row[1] === 'string'));
};

/** Without what is another at each start and says nothing of the stack: ports, and folders of the run. */
export const argumentsText = (command: readonly string[]): string =>
  command
    .map((word, at) => (isPortFlag(command[at - 1]) && /^\d+$/.test(word) ? '<port>' : word))
    .map(word =>
      word
        .replace(/^(--?(?:[\w-]+-)?port=)\d+$/, '$1<port>')
        .replace(/(\b(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\])):\d+/g, '$1:<port>')
        .replace(/(?:\/[^\s/:=,]+)*\/[^\s/:=,]+-rehearsal(?=\/|$)/g, '<folder>')
        .replace(/\/tmp\/[^\s/:=,]+/g, '<temporary>'),
    )
    .join(' ');

const isPortFlag = (word: string | undefined) => word !== undefined && /^--?([\w-]+-)?port$/.test(word);
