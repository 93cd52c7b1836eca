import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, test} from 'vitest';
import {openaiServer} from './commands/test-openai-server.ts';
import {temporaryFolder} from './records/test-folder.ts';
import {projectRoot} from './root.ts';

/** The program with `first` run before it, in a process of its own and with a temporary folder of its own. */
const startWith = (first: string, temporary: string, line: string, options: {reject?: boolean} = {}) =>
  execa(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(first)}`, join(projectRoot, 'src', 'start.js')].concat(
      line.split(' '),
    ),
    // vitest --coverage switches the cache off.
    {
      ...options,
      env: {TMPDIR: temporary, NODE_COMPILE_CACHE: undefined, NODE_DISABLE_COMPILE_CACHE: undefined},
      stdin: 'ignore',
    },
  );

/** Names on stderr every module that is loaded by the image of the program that measures. */
const namesModules = `
  import {registerHooks} from 'node:module';
  if (process.env.CUTOVER_ENDING === undefined)
    registerHooks({
      load(url, context, next) {
        process.stderr.write(url + '\\n');
        return next(url, context);
      },
    });
`;

test('a run on a server that serves loads no package but the two it needs: none that validates, sends or draws', async () => {
  await using place = await temporaryFolder();
  await using server = await openaiServer();
  const out = join(place.path, 'run');
  const {stderr} = await startWith(
    namesModules,
    place.path,
    `bench --engine openai --attach ${server.url} --model mock --suite chat --requests 4 --concurrency 2 --warmup 0 --repetitions 1 --quiet --out ${out}`,
  );
  const modules = stderr.split('\n');
  const packages = modules.flatMap(url => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  expect([...new Set(packages)].sort()).toEqual(['commander', 'tinybench']);
  expect(modules.some(url => url.endsWith('/src/load/run-load.ts'))).toBe(true);
  // As an ES module it would bring a second HTTP client with it: see http/fetch-text.ts.
  expect(modules).not.toContain('node:http');
  // What needs the others is there all the same.
  expect(await readdir(out)).toEqual(expect.arrayContaining(['report.md', 'trials.csv', 'ttft.png']));
});

/** Says on stderr whether Node had to load what strips types. */
const namesStripper = `
  process.on('exit', () => process.stderr.write(String(process.moduleLoadList.some(name => name.includes('amaro')))));
`;

test('types are stripped by the first run of all, and never again', async () => {
  await using place = await temporaryFolder();
  const strips = async () => (await startWith(namesStripper, place.path, 'list')).stderr;
  expect([await strips(), await strips()]).toEqual(['true', 'false']);
});

test.each([
  ['an exception that nothing catches', `throw new Error('left alone')`],
  ['a rejection that nobody handles', `Promise.reject(new Error('left alone'))`],
])('%s ends the program as a bug, and not with the exit code of a NO-GO', async (_, fails) => {
  await using place = await temporaryFolder();
  /** When it has printed where it serves. */
  const later = `
    const write = process.stdout.write;
    process.stdout.write = function (...words) {
      setImmediate(() => { ${fails} });
      return write.apply(this, words);
    };
  `;
  const ended = await startWith(later, place.path, 'simulate --engine sglang --quiet', {reject: false});
  expect(ended.exitCode).toBe(70);
  expect(ended.stderr).toMatch(
    /^cutover has a bug:\nError: left alone\n {4}at (?:.|\n)*\nPlease report it with the command/,
  );
});
