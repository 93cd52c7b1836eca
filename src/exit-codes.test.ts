import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {cutover, startedIn} from './commands/test-cutover.ts';
import {openaiServer} from './commands/test-openai-server.ts';
import {temporaryFolder} from './records/test-folder.ts';
import {exampleRecord} from './records/test-run.ts';

const words = (line: string) => line.split(' ');
const few = words('--requests 8 --concurrency 4 --warmup 0');

describe('what ends a command early, and its exit code', () => {
  const failing = async (line: string, expected: number) => {
    await using place = await temporaryFolder();
    const {exitCode, stdout, stderr} = await cutover(...words(line.replaceAll('DIR', place.path)));
    expect({exitCode, stdout}).toEqual({exitCode: expected, stdout: ''});
    return stderr;
  };

  test('10: every mistake in the options at once', async () => {
    const stderr = await failing('bench --suite chatt --requests 0 --attach localhost:8000', 10);
    expect(stderr).toMatch(/^BAD_OPTIONS: bench: 3 mistakes in the options\n/);
    expect(stderr).toContain('Did you mean chat?');
  });

  test('10: a launch plan that is none, before anything is written', async () => {
    await using place = await temporaryFolder();
    const [plan, out] = [join(place.path, 'plan.yaml'), join(place.path, 'run')];
    await writeFile(plan, 'name: mine\nengine: vllm\nservers: []\n');
    const bench = () => cutover('bench', '--engine', 'vllm', '--stack', plan, '--out', out);
    expect((await bench()).stderr).toMatch(/description: is missing/);
    expect((await bench()).exitCode).toBe(10); // the folder is still free, where a run had been begun it would be 13
  });

  test('11: nothing listens there', async () => {
    const stderr = await failing('bench --engine vllm --attach http://127.0.0.1:9 --out DIR', 11);
    expect(stderr).toMatch(/^ENGINE_UNREACHABLE: http:\/\/127\.0\.0\.1:9 cannot be reached: .*\n.*--attach/m);
  });

  test('11: the engine dies while it starts; its last lines, the reason and the fix are shown', async () => {
    await using place = await temporaryFolder();
    const options = await startedIn(place.path, 'out-of-memory.ts');
    const {exitCode, stderr} = await cutover('bench', '--suite', 'chat', '--out', join(place.path, 'run'), ...options);
    expect(exitCode).toBe(11);
    expect(stderr).toMatch(/^ENGINE_DID_NOT_START: .*exited with code 1 .*: the GPU ran out of memory$/m);
    expect(stderr).toMatch(/^ {2}\| torch\.OutOfMemoryError: CUDA out of memory\./m);
    expect(stderr).toMatch(/^Lower gpu-memory-utilization/m);
  });

  test('12: no request succeeded; the table and the record are there all the same', async () => {
    await using place = await temporaryFolder();
    await using server = await openaiServer({refusing: 500});
    const line = `bench --engine openai --attach ${server.url} --model mock --suite chat --format csv --repetitions 1`;
    const {exitCode, stdout, stderr} = await cutover(...words(line), ...few, '--out', join(place.path, 'run'));
    expect(exitCode).toBe(12);
    expect(stderr).toMatch(/^TRIAL_FAILED: no request succeeded in 1 of 1 trials\n {2}chat: HTTP 500: no room$/m);
    expect(stdout).toMatch(/^chat +1 +0 +8 /m);
  });

  test('13: a run that is not there, a record cut short, and one of a newer cutover', async () => {
    await using place = await temporaryFolder();
    const whole = JSON.stringify(exampleRecord());
    const [cut, newer] = [join(place.path, 'cut.json'), join(place.path, 'newer.json')];
    await writeFile(cut, whole.slice(0, 1000));
    await writeFile(newer, JSON.stringify({...exampleRecord(), schemaVersion: 2}));
    expect(await failing(`compare no-such-run ${cut}`, 13)).toMatch(/^RECORD_UNREADABLE: no-such-run .*no such run/);
    expect(await failing(`compare ${cut} ${newer}`, 13)).toMatch(/cut\.json cannot be read: it is not JSON/);
    expect(await failing(`report ${newer}`, 13)).toMatch(
      /its schemaVersion is 2, and this cutover reads 1\nRead it with/,
    );
  });

  test('13: an --out that is in use', async () => {
    await using place = await temporaryFolder();
    await writeFile(join(place.path, 'mine.txt'), '');
    const {exitCode, stderr} = await cutover('bench', '--engine', 'sglang', '--out', place.path);
    expect([exitCode, stderr.split('\n').at(-2)]).toEqual([
      13,
      `RECORD_NOT_WRITABLE: ${place.path} is not empty: it holds mine.txt`,
    ]);
  });
});
