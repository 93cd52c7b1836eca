import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fakeEngineImage, testDocker} from '../test-docker.ts';
import {followLog} from './log.ts';

/**
 * Numbered lines on both streams, one of them longer than a piece of Docker's log, and a last one without an end. The long
 * one is ASCII: Docker itself spoils a character that it cuts.
 */
const program = `
const line = n => (n % 3 === 0 ? process.stderr : process.stdout).write('line ' + n + (n === 40 ? 'x'.repeat(60000) : ' €') + '\\n');
let n = 0;
const timer = setInterval(() => {
  for (let k = 0; k < 4; k++) line(n++);
  if (n === 80) { clearInterval(timer); process.stdout.write('secret hf_canary and no end'); }
}, 10);`;

test('a log that is followed, left alone and caught up with has each line once, masked', async () => {
  const [docker, Image] = [await testDocker(), await fakeEngineImage()];
  const folder = await mkdtemp(join(tmpdir(), 'cutover-log-'));
  const container = await docker.createContainer({
    Image,
    Entrypoint: ['node', '-e', program],
    Labels: {'cutover.test': 'log'},
  });
  try {
    await container.start();
    const lines: string[] = [];
    const half = Promise.withResolvers<void>();
    const path = join(folder, 'chat.log');
    const log = await followLog({
      docker,
      id: container.id,
      path,
      mask: text => text.replaceAll('hf_canary', '***'),
      onLine: line => {
        lines.push(line);
        if (lines.length === 20) half.resolve();
      },
      onFileLost: reason => lines.push(reason),
    });
    await half.promise;
    await log.catchUp(); // follows no longer
    await container.wait();
    await Promise.all([log.readToEnd(), log.readToEnd()]); // a death and a stop may come together
    expect(log.tail().at(-1)).toBe('secret *** and no end');
    await log[Symbol.asyncDispose]();
    await log.catchUp(); // does nothing any more

    const numbers = lines.flatMap(line => /^line (\d+)/.exec(line)?.[1] ?? []).map(Number);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({length: 80}, (_, n) => n));
    expect(lines.find(line => line.startsWith('line 40'))).toBe(`line 40${'x'.repeat(60_000)}`);
    expect(lines).toHaveLength(81);
    expect(await readFile(path, 'utf8')).toBe(`${lines.join('\n')}\n`);
  } finally {
    await container.remove({force: true});
    await rm(folder, {recursive: true});
  }
});
