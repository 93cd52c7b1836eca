import {existsSync, globSync, readFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {suites} from '../suites/index.ts';
import {claims} from './claims/claims.ts';
import {readCommandLine} from './command-line.ts';
import {words} from './option-values.ts';
import {type FlagName, flags, flagText} from './options.ts';
import {projectRoot} from './root.ts';

const claimIds: readonly string[] = claims.map(({id}) => id);
const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const pages = globSync('docs/{*,suites/*}.md', {cwd: projectRoot}).sort();

const {scripts} = JSON.parse(read('package.json')) as {scripts: Record<string, string>};
const cutoverCommands = Object.keys(scripts).filter(name => scripts[name]?.includes('src/start.js'));

/** The one variable of the pages, which a line with `date` makes. */
const asTheShell = (line: string) => line.replaceAll('$start', '2030-01-01T12:00:00Z');

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
    expect(files.filter(target => !existsSync(join(projectRoot, dirname(file), target)))).toEqual([]);
  });

  test('its commands exist and have no mistake in their options', () => {
    const found = [...page.matchAll(/npm run ([\w:-]+)(?: -- ([^`\n]*))?/g)];
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(([, name = '']) => name).filter(name => !Object.hasOwn(scripts, name))).toEqual([]);
    for (const [line, name = '', rest = ''] of found)
      if (cutoverCommands.includes(name))
        expect(
          () => readCommandLine([name, ...(rest.trim() === '' ? [] : words(asTheShell(rest)))], '0'),
          line,
        ).not.toThrow();
  });

  test('the errors that it explains are those of the code', () => {
    const messages = messagesOf(page);
    expect(messages.flatMap(partsOf).filter(part => !source.includes(part))).toEqual([]);
  });
});

test.each(['docs/docker.md', 'docs/remote-docker.md'])('%s explains errors, in tables that are found', file => {
  expect(messagesOf(read(file)).length).toBeGreaterThan(10);
});

describe('the pages of suites', () => {
  const index = read('docs/suites/README.md');
  const rows = [...index.matchAll(/^\| \[([\w-]+)\]\(([\w.-]+)\) \| (.*?) \| ?(.*?) ?\|$/gm)];
  const ofSuites = pages.filter(file => dirname(file) === 'docs/suites' && basename(file) !== 'README.md');
  const codeIn = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

  test('every suite has one, and there are no others', () => {
    expect(ofSuites.map(file => basename(file, '.md')).sort()).toEqual(Object.keys(suites).sort());
  });

  test('the index has every suite, with its question, in the order of --suite', () => {
    expect(rows.map(([, name, file, question]) => [name, file, question])).toEqual(
      Object.values(suites).map(({name, question}) => [name, `${name}.md`, question]),
    );
  });

  test('the claims of the index exist, and each is named on the page of its suite', () => {
    const named = rows.flatMap(([, name = '', , , claims = '']) => codeIn(claims).map(claim => ({name, claim})));
    expect(named.filter(({claim}) => !claimIds.includes(claim))).toEqual([]);
    expect(named.filter(({name, claim}) => !codeIn(read(`docs/suites/${name}.md`)).includes(claim))).toEqual([]);
  });

  /** Flags of engines that pages name. */
  const ofEngines = [
    '--allow-auto-truncate',
    '--block-size',
    '--disable-radix-cache',
    '--enable-cache-report',
    '--enable-memory-saver',
    '--enable-prefix-caching',
    '--enable-prompt-tokens-details',
    '--enable-sleep-mode',
    '--enable-weights-cpu-backup',
    '--hf-overrides',
    '--json-model-override-args',
    '--load-format',
    '--no-enable-prefix-caching',
  ];
  const known = [...(Object.keys(flags) as FlagName[]).map(flagText), ...ofEngines];

  test.each(ofSuites)('%s names only options that exist', file => {
    const named = codeIn(read(file)).flatMap(code => code.match(/(?<![\w-])--[a-z][\w-]*/g) ?? []);
    expect(named.filter(flag => !known.includes(flag))).toEqual([]);
  });

  test.each(ofSuites)('%s calls claims by ids that exist', file => {
    const called = [...read(file).matchAll(/\bclaims? ((?:`[\w-]+`(?:,? and |, )?)+)/gi)].flatMap(([, ids = '']) =>
      codeIn(ids),
    );
    expect(called.filter(id => !claimIds.includes(id))).toEqual([]);
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
