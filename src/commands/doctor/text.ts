import type {Finding, Outlook} from './findings.ts';

const gap = '  ';
/** Narrower text is harder to read than a line that the terminal breaks. */
const leastColumns = 30;

/**
 * One line a finding, more where it says more, and the fix below what is not as it should be; then the outlook. Lines are
 * broken between words to stay within `columns`.
 */
export const doctorText = (findings: readonly Finding[], outlooks: readonly Outlook[], columns: number): string => {
  const stateWidth = 'missing'.length;
  const whatWidth = Math.max(...findings.map(({what}) => what.length));
  const indent = stateWidth + whatWidth + 2 * gap.length;
  const lines = findings.flatMap(({state, what, says, fix}) => {
    const [first = '', ...more] = says.split('\n');
    return [
      ...hanging([state.padEnd(stateWidth), what.padEnd(whatWidth), ''].join(gap), first, columns),
      ...more.flatMap(line => hanging(' '.repeat(indent), line, columns)),
      ...(fix === null ? [] : hanging(`${' '.repeat(indent)}→ `, fix, columns)),
    ];
  });
  return [...lines, '', ...outlooks.flatMap(outlook => hanging('', outlookLine(outlook), columns)), ''].join('\n');
};

/** `head` before the first line, as much space before the others. A word that is too long stays whole. */
const hanging = (head: string, text: string, columns: number): readonly string[] => {
  const width = Math.max(leastColumns, columns - head.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line);
};

const outlookLine = ({engine, runtime, why, canStart}: Outlook): string => {
  const real = runtime === 'docker' || runtime === 'process';
  const lacks = real && !canStart ? ' It cannot start before what is missing is there.' : '';
  return `bench --engine ${engine} would choose the ${runtime} runtime: ${why}${lacks}`;
};
