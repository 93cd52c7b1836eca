import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {tokenProof, tokenProofHeader} from '../../../http/token-proof.ts';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {machineNow} from '../../clock.ts';
import {endedIn} from '../../continuous/test-journal.ts';
import {type Received, reply, startTestServer} from '../../test-server.ts';
import type {Say} from '../say.ts';
import type {ContinuousShard} from './continuous-shard.ts';
import {ShardSending} from './shard-sending.ts';

type Word = Parameters<Say>[0];

const embed: ContinuousShard['parts'][number] = {
  ...{name: 'embed', workload: {kind: 'embed', batch: 1, promptTokens: 8}, ratePerSecond: 300},
};

const proof = `${tokenProofHeader}: ${tokenProof('secret')}\r\n`;
const health = JSON.stringify({status: 'unhealthy', framework: 'none', models: {llm: null}});

/** A gateway that knows its callers by a token. */
const gateway = () =>
  startTestServer(({headers, socket, path}: Received) => {
    if (headers.authorization !== 'Bearer secret') return socket.write(reply('{}', {status: 401}));
    return socket.write(path === '/health' ? reply(health, {headers: proof}) : reply('{"embeddings":[[1]]}'));
  });

const sendingIn = (folder: string, shard: Partial<ContinuousShard> & Pick<ContinuousShard, 'url'>) => {
  const words: Word[] = [];
  const ready = Promise.withResolvers<void>();
  const sending = new ShardSending({
    ...{load: 0, folder},
    shard: {
      ...{parts: [embed], seed: 1, sitting: 1, idPrefix: 's1', timeoutMs: 5000, streams: true, token: 'secret'},
      ...{place: {index: 0, of: 1}, silentMs: 60_000, ...shard},
    },
    say(word) {
      words.push(word);
      if (word.kind === 'ready' || word.kind === 'failed') ready.resolve();
    },
  });
  return {sending, words, ready: ready.promise, journal: join(folder, 'load-0.jsonl')};
};

test('sends from its beginning until it is told to stop, and keeps a journal of all of it', async () => {
  await using server = await gateway();
  await using folder = await temporaryFolder();
  const {sending, words, ready, journal} = sendingIn(folder.path, server);
  await ready;
  expect(server.received.map(({path}) => path)).toEqual(['/health']);
  sending.begin(machineNow());
  await endedIn(journal, 20);
  sending.stop();
  await sending.over;
  const text = await readFile(journal, 'utf8');
  expect(words.map(({kind}) => kind)).toEqual(['ready', 'kept']);
  const sent = text.split('"event":"sent"').length - 1;
  expect(words[1]).toMatchObject({
    ...{why: null, counts: {sent, served: sent}, file: {name: 'load-0.jsonl', bytes: Buffer.byteLength(text)}},
  });
  expect(text).not.toContain('secret');
});

test('whoever is not heard of any more has left it: it ends by itself, and its journal stays until it is forgotten', async () => {
  await using server = await gateway();
  await using folder = await temporaryFolder();
  const {sending, words, ready, journal} = sendingIn(folder.path, {...server, silentMs: 300});
  await ready;
  sending.begin(machineNow());
  await sending.over;
  expect(words.at(-1)).toMatchObject({kind: 'kept', why: 'it had not heard of the harness for 0.3 s'});
  const sentThen = server.received.length;
  expect((await readFile(journal, 'utf8')).split('"event":"ended"').length).toBe(sentThen); // the first was /health
  sending.forget();
  await expect.poll(() => readFile(journal, 'utf8').catch(() => 'gone')).toBe('gone');
});

test('whoever is gone before the beginning has left it, too: there is a journal in which nothing stands', async () => {
  await using server = await gateway();
  await using folder = await temporaryFolder();
  const {sending, words, journal} = sendingIn(folder.path, {...server, silentMs: 50});
  await sending.over;
  expect(words.at(-1)).toMatchObject({
    kind: 'kept',
    why: 'it had not heard of the harness for 0.05 s',
    counts: {sent: 0},
  });
  expect(await readFile(journal, 'utf8')).toBe('');
});

test('stopped before its beginning it keeps a journal in which nothing stands; aborted it says nothing more', async () => {
  await using server = await gateway();
  await using folder = await temporaryFolder();
  const {sending, words, ready} = sendingIn(folder.path, server);
  await ready;
  sending.stop();
  await sending.over;
  expect(words.at(-1)).toMatchObject({kind: 'kept', counts: {sent: 0}, file: {bytes: 0}});

  await using other = await temporaryFolder();
  const begun = sendingIn(other.path, server);
  await begun.ready;
  begun.sending.begin(machineNow());
  await endedIn(begun.journal, 5);
  begun.sending.abort();
  await begun.sending.over;
  expect(begun.words.map(({kind}) => kind)).toEqual(['ready']);
});

test('an address behind which another gateway is, or none, is said before anything is sent', async () => {
  await using server = await gateway();
  await using folder = await temporaryFolder();
  const stranger = sendingIn(folder.path, {...server, token: 'of another one'});
  await stranger.sending.over;
  expect(stranger.words).toMatchObject([
    {
      kind: 'failed',
      failure: {
        code: 'ENGINE_UNREACHABLE',
        message: expect.stringMatching(/is not the gateway of this rehearsal, .*: GET \/health was answered with 401$/),
      },
    },
  ]);
  await using another = await startTestServer(({socket}: Received) => socket.write(reply(health)));
  const welcome = sendingIn(folder.path, another);
  await welcome.sending.over;
  expect(welcome.words).toMatchObject([
    {kind: 'failed', failure: {message: expect.stringMatching(/is not the gateway of this rehearsal, .* with 200$/)}},
  ]);
  const nobody = sendingIn(folder.path, {url: 'http://127.0.0.1:1'});
  await nobody.sending.over;
  expect(nobody.words).toMatchObject([
    {kind: 'failed', failure: {message: expect.stringContaining('cannot be reached')}},
  ]);
});
