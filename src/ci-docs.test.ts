import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {readCommandLine} from './command-line.ts';
import {exitCodes} from './errors.ts';
import {projectRoot} from './root.ts';

const read = (file: string) => readFileSync(join(projectRoot, 'docs', file), 'utf8');
const {scripts} = JSON.parse(read('../package.json')) as {scripts: Record<string, string>};
const codes: readonly number[] = Object.values(exitCodes).map(({code}) => code);

/** Every text of a YAML document, wherever it stands. */
const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
};

/** The commands as the shell would give them to npm, with a number for what the pipeline fills in. */
const commandsIn = (texts: readonly string[]) =>
  texts
    .flatMap(text => text.split('\n'))
    .map(line => line.replace(/\$\{\{.*?\}\}|"\$\w+"/g, '7'))
    .flatMap(line => [...line.matchAll(/npm run ([\w:-]+)(?: -- ([^|>;&]*))?/g)])
    .map(([line, name = '', rest = '']) => ({line, name, words: rest.split(' ').filter(word => word !== '')}));

describe.each(['ci/github-actions.yml', 'ci/gitlab-ci.yml'])('docs/%s', file => {
  const document: unknown = parse(read(file), {strict: true});
  const texts = textsOf(document);

  test('its commands exist and have no mistake in their options', () => {
    const found = commandsIn(texts);
    expect(found.map(({name}) => name)).toContain('decide');
    expect(found.map(({name}) => name).filter(name => !Object.hasOwn(scripts, name))).toEqual([]);
    for (const {line, name, words} of found) expect(() => readCommandLine([name, ...words], '0'), line).not.toThrow();
  });

  test('the exit codes that it waits for are those of the program', () => {
    const awaited = texts.flatMap(text => [...text.matchAll(/"\$status" -eq (\d+)/g)].map(([, code]) => Number(code)));
    expect(awaited).toContain(exitCodes.noGo.code);
    expect(awaited.filter(code => !codes.includes(code))).toEqual([]);
  });

  test('what it keeps and shows is in the folder that it decides into', () => {
    const folders = commandsIn(texts).flatMap(({words}) => words[words.indexOf('--out') + 1] ?? []);
    const used = texts.flatMap(text =>
      [...text.matchAll(/\b(\w+)\/(?:report\.md|junit\.xml)/g)].map(([, name]) => name),
    );
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter(name => !folders.includes(name ?? ''))).toEqual([]);
  });
});

test('GitLab lets INCONCLUSIVE pass with a warning, and nothing else', () => {
  const {migration} = parse(read('ci/gitlab-ci.yml')) as {migration: {allow_failure: unknown}};
  expect(migration.allow_failure).toEqual({exit_codes: [exitCodes.inconclusive.code]});
});

test('the exit codes of docs/ci.md mean what they mean in the program', () => {
  const rows = [...read('ci.md').matchAll(/^\| (\d+) \| (.*?) \|/gm)].map(([, code, meaning]) => [
    Number(code),
    meaning,
  ]);
  expect(rows.length).toBeGreaterThan(5);
  const known = Object.values(exitCodes).map(({code, meaning}) => [code, meaning]);
  expect(rows.filter(row => !known.some(([code, meaning]) => code === row[0] && meaning === row[1]))).toEqual([]);
});
