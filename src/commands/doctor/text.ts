import type {Finding, Outlook} from './findings.ts';

const gap = '  ';

/** One line a finding, more where it says more, and the fix below what is not as it should be; then the outlook. */
export const doctorText = (findings: readonly Finding[], outlooks: readonly Outlook[]): string => {
  const stateWidth = 'missing'.length;
  const whatWidth = Math.max(...findings.map(({what}) => what.length));
  const indent = ' '.repeat(stateWidth + whatWidth + 2 * gap.length);
  const lines = findings.flatMap(({state, what, says, fix}) => {
    const [first = '', ...more] = says.split('\n');
    return [
      [state.padEnd(stateWidth), what.padEnd(whatWidth), first].join(gap),
      ...more.map(line => indent + line),
      ...(fix === null ? [] : [`${indent}→ ${fix}`]),
    ];
  });
  return [...lines, '', ...outlooks.map(outlookLine), ''].join('\n');
};

const outlookLine = ({engine, runtime, why, canStart}: Outlook): string => {
  const real = runtime === 'docker' || runtime === 'process';
  const lacks = real && !canStart ? ' It cannot start before what is missing is there.' : '';
  return `bench --engine ${engine} would choose ${runtime}. ${why}${lacks}`;
};
