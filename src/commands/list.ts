import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {suites} from '../../suites/index.ts';
import {plans} from '../../suites/plans.ts';
import {engines} from '../engines/index.ts';
import {decisionFormats} from '../report/decision/formats.ts';
import {formats} from '../report/formats.ts';
import {readStackFile} from '../runtimes/stack-file.ts';

const section = (title: string, rows: readonly (readonly [name: string, what: string])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`), ''].join('\n');
};

/** What can be named on the command line, from the same maps and folders that the commands read. */
export const list = async ({stacksDir, hostsDir}: {stacksDir: string; hostsDir: string}): Promise<string> => {
  const stacks = await Promise.all((await yamlFiles(stacksDir)).map(file => readStackFile(file, stacksDir)));
  const hosts = (await yamlFiles(hostsDir)).map(
    async file => [basename(file, '.yaml'), firstSentence(await readFile(file, 'utf8'))] as const,
  );
  return [
    section(
      'Suites (--suite)',
      Object.values(suites).map(({name, question}) => [name, question]),
    ),
    section(
      'Plans of decisions (--plan)',
      Object.values(plans).map(({name, question}) => [name, question]),
    ),
    section(
      'Engines (--engine)',
      Object.values(engines).map(({name, title}) => [name, title]),
    ),
    section(
      'Stacks (--stack)',
      stacks.map(({name, description}) => [name, description]),
    ),
    section('Docker hosts (--docker-settings)', await Promise.all(hosts)),
    section(
      'Formats (--format)',
      Object.entries(formats).map(([name, {writes}]) => [name, writes]),
    ),
    section(
      'Formats of decisions (--format)',
      Object.entries(decisionFormats).map(([name, {writes}]) => [name, writes]),
    ),
  ].join('\n');
};

const yamlFiles = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder))
    .filter(file => file.endsWith('.yaml'))
    .sort()
    .map(file => join(folder, file));

/** Of the comment at its head. */
const firstSentence = (yaml: string): string => {
  const [comment = ''] = /^(#.*\n)*/.exec(yaml) ?? [];
  const [sentence = ''] = comment
    .replaceAll(/^# ?/gm, '')
    .replaceAll('\n', ' ')
    .trim()
    .split(/(?<=\.) /);
  return sentence;
};
