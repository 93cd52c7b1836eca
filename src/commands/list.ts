import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {suites} from '../../suites/index.ts';
import {engines} from '../engines/index.ts';
import {formats} from '../report/formats.ts';
import {readStackFile} from '../runtimes/stack-file.ts';

const section = (title: string, rows: readonly (readonly [name: string, what: string])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`), ''].join('\n');
};

/** What can be named on the command line, from the same maps and folders that the commands read. */
export const list = async (stacksDir: string): Promise<string> => {
  const files = (await readdir(stacksDir)).filter(file => file.endsWith('.yaml')).sort();
  const plans = await Promise.all(files.map(file => readStackFile(join(stacksDir, file), stacksDir)));
  return [
    section(
      'Suites (--suite)',
      Object.values(suites).map(({name, question}) => [name, question]),
    ),
    section(
      'Engines (--engine)',
      Object.values(engines).map(({name, title}) => [name, title]),
    ),
    section(
      'Stacks (--stack)',
      plans.map(({name, description}) => [name, description]),
    ),
    section(
      'Formats (--format)',
      Object.entries(formats).map(([name, {writes}]) => [name, writes]),
    ),
  ].join('\n');
};
