import {existsSync, globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readCommandLine} from './command-line.ts';
import {projectRoot} from './root.ts';

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const pages = globSync('docs/*.md', {cwd: projectRoot}).sort();

const {scripts} = JSON.parse(read('package.json')) as {scripts: Record<string, string>};
const cutoverCommands = Object.keys(scripts).filter(name => scripts[name]?.includes('src/start.js'));

/** All of it but tests, with apostrophes as they are shown. */
const source = globSync('src/**/*.ts', {cwd: projectRoot})
  .filter(file => !file.endsWith('.test.ts'))
  .map(read)
  .join('\n')
  .replaceAll("\\'", "'");

/** The first column of the tables of errors. */
const messagesOf = (page: string) =>
  [...page.matchAll(/^\| message \|[^\n]*\n\|[- |]+\n((?:\|[^\n]*\n?)+)/gm)].flatMap(([, rows = '']) =>
    rows.split('\n').flatMap(row => row.split(' | ')[0]?.replace(/^\| /, '').trim() || []),
  );

/** The parts of a message that the source must hold word by word; names and what is filled in lie between them. */
const partsOf = (message: string) =>
  message
    .replace(/\(`.*\)$/, '')
    .split(/…|[:,/]| cutover-fake-engine|127\.0\.0\.1|cutover-gpu|15000 ms/)
    .map(part => part.trim())
    .filter(part => part.length > 12);

describe.each(pages)('%s', file => {
  const page = read(file);

  test('every file that it links to exists', () => {
    const targets = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const files = targets.filter(target => !/^https?:/.test(target));
    expect(files.filter(target => !existsSync(join(projectRoot, 'docs', target)))).toEqual([]);
  });

  test('its commands exist and have no mistake in their options', () => {
    const found = [...page.matchAll(/npm run ([\w:-]+)(?: -- ([^`\n]*))?/g)];
    expect(found.length).toBeGreaterThan(2);
    expect(found.map(([, name = '']) => name).filter(name => !Object.hasOwn(scripts, name))).toEqual([]);
    for (const [line, name = '', rest = ''] of found)
      if (cutoverCommands.includes(name))
        expect(() => readCommandLine([name, ...rest.split(' ').filter(word => word !== '')], '0'), line).not.toThrow();
  });

  test('the errors that it explains are those of the code', () => {
    const messages = messagesOf(page);
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.flatMap(partsOf).filter(part => !source.includes(part))).toEqual([]);
  });
});

test('every reason that Docker or a registry gives is explained', () => {
  const explained = pages.map(read).join('\n');
  const reasons = ['connect/problem', 'image/problem'].flatMap(name =>
    [...read(`src/runtimes/docker/${name}.ts`).matchAll(/\breason: (['"])(?!\1)(.+?)\1/g)].map(
      ([, , reason = '']) => reason,
    ),
  );
  expect(reasons.length).toBeGreaterThan(10);
  expect(reasons.filter(reason => !explained.includes(reason))).toEqual([]);
});
