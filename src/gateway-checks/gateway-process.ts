import type {Engine} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {openAdmin} from '../gateway/admin/client.ts';
import type {GatewayAdmin, Target} from '../gateway/admin/contract.ts';
import type {Arm} from '../schema/block.ts';
import type {Route} from '../schema/rehearsal.ts';
import {roles} from '../schema/request.ts';
import {type Program, startProgram} from './program.ts';

export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly admin: GatewayAdmin;
  readonly program: Program;
}

export const routeTo = (primary: Arm): Route => ({primary, candidateShare: 0, mirrorShare: 0, standby: null});

/** All roles are served by one server. */
export const targetAt = (engine: Engine, url: string, model: string): Target => {
  const facts = {...engine.readFacts({}), pageTokens: null, reportsCachedTokens: null};
  const endpoints = Object.fromEntries(roles.map(role => [role, {url, model, facts}]));
  return {engine: engine.name, evidence: 'simulated', endpoints};
};

/** What the simulated engine calls its model. */
const simulatedModel = 'simulated-model';

/** `npm run gateway` with its admin listener, in a process of its own, that sends everything to the baseline. */
export const startGatewayProcess = async (
  baseline: Target,
  flags: readonly string[] = [],
  nodeFlags: readonly string[] = [],
): Promise<GatewayProcess> => {
  const program = await startProgram(['gateway', '--port', '0', '--admin-port', '0', ...flags], 2, nodeFlags);
  const [url = '', adminUrl = ''] = program.said;
  const admin = openAdmin(adminUrl);
  await admin.putTarget('baseline', baseline);
  await admin.putRoute(routeTo('baseline'));
  return {
    url,
    port: Number(new URL(url).port),
    admin,
    program,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
};

/** A target at the simulated engine. */
export const simulatedTarget = (url: string): Target => targetAt(engines.simulated, url, simulatedModel);
