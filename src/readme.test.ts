import {existsSync, readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {describe, expect, test} from 'vitest';
import {readCommandLine} from './command-line.ts';
import {withSections} from './readme.ts';
import {projectRoot} from './root.ts';

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const readme = read('README.md');

/** Commands of ```sh blocks; those of ```sh engine blocks need an engine that this machine may not have. */
const blocks = [...readme.matchAll(/^```sh( engine)?\n([\s\S]*?)^```$/gm)];
const commandsOf = (engine: boolean) =>
  blocks
    .filter(([, mark]) => (mark !== undefined) === engine)
    .flatMap(([, , text = '']) => text.replaceAll('\\\n', ' ').split('\n'))
    .map(line => line.replace(/\s+#.*$/, '').trim())
    .filter(line => line !== '');

/** Words of a command line as bash splits them, with the run operands of compare and report filled in. */
const wordsOf = (line: string) =>
  [...line.replace('$start', '2030-01-01T12:00:00Z').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );

describe('README.md', () => {
  test('its tables of options and exit codes are those of the code (npm run docs makes them)', () => {
    expect(withSections(readme)).toBe(readme);
  });

  test.each(['README.md', 'src/README.md'])('every file that %s links to exists', file => {
    const folder = join(projectRoot, file, '..');
    const targets = [...read(file).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    expect(targets.filter(target => !existsSync(join(folder, target)))).toEqual([]);
  });

  test('the commands that need an engine have no mistake in their options', () => {
    const lines = commandsOf(true).filter(line => /npm run \w+ --/.test(line));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      const [, command = '', rest = ''] = /npm run (\w+) --(.*)/.exec(line) ?? [];
      expect(() => readCommandLine([command, ...wordsOf(rest)], '0'), line).not.toThrow();
    }
  });

  test('the other commands run as they stand there, in their order', {timeout: 240_000}, async () => {
    const lines = commandsOf(false).filter(line => !line.startsWith('npm ci'));
    expect(lines.length).toBeGreaterThan(3);
    const folder = await mkdtemp(join(tmpdir(), 'cutover-readme-'));
    try {
      for (const line of lines) {
        const {exitCode, stderr} = await execa('bash', ['-c', line.replaceAll('/tmp/', `${folder}/`)], {
          cwd: projectRoot,
          reject: false,
        });
        expect({line, exitCode, stderr: exitCode === 0 ? '' : stderr}).toEqual({line, exitCode: 0, stderr: ''});
      }
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  });
});
