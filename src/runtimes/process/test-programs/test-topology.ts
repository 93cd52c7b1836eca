import {join} from 'node:path';
import {execa} from 'execa';
import {projectRoot} from '../../../root.ts';

/** An interpreter that has the real routers. Made once and kept: a first time fails where pip reaches no index. */
export const topologyPython = async (): Promise<string> =>
  (await execa(join(projectRoot, '.ci/topology-environment'))).stdout;

/** The simulated engine as a program, started with SGLang's own command line. */
export const fakeSglang = [
  process.execPath,
  join(projectRoot, 'docker/fake-engine/engine.ts'),
  '-m',
  'sglang.launch_server',
];

/** One chat request, and what came back. */
export const chat = async (url: string, text: string): Promise<{status: number; cached: number | null}> => {
  const body = {model: 'm', messages: [{role: 'user', content: text}], max_tokens: 4};
  const headers = {'content-type': 'application/json'};
  const reply = await fetch(`${url}/v1/chat/completions`, {method: 'POST', headers, body: JSON.stringify(body)});
  const told = (await reply.json()) as {usage?: {prompt_tokens_details?: {cached_tokens?: number} | null}};
  return {status: reply.status, cached: told.usage?.prompt_tokens_details?.cached_tokens ?? null};
};
