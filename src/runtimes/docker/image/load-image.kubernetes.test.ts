import {chmod} from 'node:fs/promises';
import {execa} from 'execa';
import {expect, test, vi} from 'vitest';
import {fetchText} from '../../../http/fetch-text.ts';
import {readRecord} from '../../../records/read-record.ts';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {freePort} from '../../free-port.ts';

const image = 'cutover-load:0.1.0';
const docker = (...words: readonly string[]) => execa('docker', words, {stdin: 'ignore'});

test('the image is under 150 MB, and its bench by docker run measures its engine, as somebody it does not know, on a read-only root', async ({
  annotate,
}) => {
  const {stdout: bytes} = await docker('image', 'inspect', '--format', '{{.Size}}', image);
  await annotate(`${(Number(bytes) / 1e6).toFixed(1)} MB`);
  expect(Number(bytes)).toBeLessThan(150e6);
  expect((await docker('image', 'inspect', '--format', '{{.Config.User}}', image)).stdout).toBe('65532:65532');

  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const confined = ['--rm', '--network', 'host', '--read-only', '--user', '4711:4711', '--cap-drop', 'ALL'];
  const {stdout: engine} = await docker(
    'run',
    '-d',
    ...confined,
    image,
    'simulate',
    '--engine',
    'sglang',
    '--port',
    port,
  );
  try {
    await vi.waitUntil(() => fetchText(`${url}/health`, {timeoutMs: 1000}).catch(() => null), {timeout: 60_000});
    const folder = await temporaryFolder();
    await using _ = folder;
    await chmod(folder.path, 0o777);
    const {stdout} = await docker(
      ...['run', ...confined, '--tmpfs', '/tmp', '--volume', `${folder.path}:/app/reports`, image],
      ...['bench', '--engine', 'sglang', '--attach', `chat=${url}`, '--suite', 'chat'],
      ...['--requests', '2000', '--concurrency', '4', '--workers', '2', '--repetitions', '1', '--format', 'markdown'],
      ...['--output-tokens', '2', '--out', '/app/reports/run'],
    );
    expect(stdout).toContain('chat');
    const {record} = await readRecord(`${folder.path}/run`, 'run');
    expect(record).toMatchObject({status: 'complete', evidence: 'simulated'});
    expect(record.trials[0]?.counts).toMatchObject({ok: 2000, failed: 0});
  } finally {
    await docker('kill', engine);
  }
});
