import {once} from 'node:events';
import {createServer} from 'node:http';
import {join} from 'node:path';
import Docker from 'dockerode';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {endingEvents} from './ending-events.ts';

test('a Docker engine that falls silent keeps nobody from the news of the end', async () => {
  await using folder = await temporaryFolder();
  const socketPath = join(folder.path, 'docker.sock');
  const silent = createServer((_, response) => response.write('{"Action":"start"}\n')).listen(socketPath); // and never ends
  await once(silent, 'listening');
  try {
    const State = {StartedAt: '2026-11-21T20:00:00Z', FinishedAt: '2026-11-21T20:00:01Z', OOMKilled: false};
    const ended = {Id: 'c-1', State} as Docker.ContainerInspectInfo;
    expect(await endingEvents(new Docker({socketPath}), ended, 300)).toEqual({oom: false, signalled: false});
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
