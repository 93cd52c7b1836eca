import {expect, test} from 'vitest';
import {calibrations} from '../simulator/calibration.ts';
import {fitRole} from './fit-role.ts';
import {recordedStage} from './test-recording.ts';

const known = {...calibrations.vllm, chat: {...calibrations.vllm.chat, jitterSigma: 0.05}};

test("a chat engine's planted constants are found again to a tenth, each told by a trial that shows it", () => {
  const planted = {
    frontEndMsPerItem: 2.5,
    stepBaseMs: 3,
    decodeMsPerSequence: 0.05,
    graphedPassMs: 9,
    eagerPassMs: 24,
  };
  const real = {...known, chat: {...known.chat, ...planted}};
  const chat = (promptTokens: number, concurrency: number, requests: number) =>
    recordedStage(
      `chat-${promptTokens}-${concurrency}`,
      {workload: {kind: 'chat', promptTokens, outputTokens: 16}, concurrency, requests},
      real,
      'vllm',
    );
  const stages = [chat(128, 1, 4), chat(1024, 1, 4), chat(128, 8, 32), chat(128, 32, 128)];
  const {calibration, constants} = fitRole('chat', stages, known, 'vllm');
  for (const [name, value] of Object.entries(planted))
    expect(Math.abs(calibration.chat[name as keyof typeof planted] / value - 1), name).toBeLessThan(0.1);
  const toldBy = Object.fromEntries(constants.map(constant => [constant.name, constant.toldBy]));
  expect(toldBy['chat.eagerPassMs']).toMatch(/TTFT/);
  expect(toldBy['chat.stepBaseMs']).toMatch(/^chat-\d+-1 ITL$/);
  expect(toldBy['chat.decodeMsPerSequence']).toBe('chat-128-32 ITL');
});

test("an embedder's planted constants are found again to a tenth, and what no trial shows is not looked for", () => {
  const planted = {frontEndMsPerItem: 0.8, frontEndMsPerToken: 0.004, eagerPassMs: 11};
  const ungraphed = {...known, embed: {...known.embed, graphTokens: 0}};
  const real = {...ungraphed, embed: {...ungraphed.embed, ...planted}};
  const embed = (batch: number, promptTokens: number, concurrency: number) =>
    recordedStage(
      `embed-${batch}-${concurrency}`,
      {workload: {kind: 'embed', batch, promptTokens}, concurrency, requests: 8 * concurrency},
      real,
      'vllm',
    );
  const stages = [embed(1, 64, 1), embed(8, 128, 1), embed(32, 64, 1), embed(8, 400, 8)];
  const {calibration, constants} = fitRole('embed', stages, ungraphed, 'vllm');
  expect(constants.map(({name}) => name)).toEqual(Object.keys(planted).map(name => `embed.${name}`));
  for (const [name, value] of Object.entries(planted))
    expect(Math.abs(calibration.embed[name as keyof typeof planted] / value - 1), name).toBeLessThan(0.1);
});
