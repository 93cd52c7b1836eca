import {setTimeout as delay} from 'node:timers/promises';
import {CutoverError, type ErrorCode, isErrorCode} from '../errors.ts';
import type {KeeperState} from '../keeper/contract.ts';
import {stillRuns} from '../keeper/helper-process.ts';
import {startKeeper} from '../keeper/start-keeper.ts';
import {machineNow} from '../load/clock.ts';
import type {Arm} from '../schema/block.ts';
import type {SideFacts} from '../schema/rehearsal.ts';
import {endHelper, isGoneWithin} from './end-helper.ts';
import {refuses} from './refuses.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

const pollMs = 100;
/** The keeper itself, once its stack has stopped. */
const endsWithinMs = 10_000;
/** A server that hangs gives none. */
const accountWithinMs = 20_000;

const other = (arm: Arm): Arm => (arm === 'baseline' ? 'candidate' : 'baseline');

/** Starts a side's keeper where none runs; the stack comes up after that. */
export const sideBegun = async (run: RehearsalRun, arm: Arm): Promise<void> => {
  const {rehearsal, folder, parts} = run;
  const running = rehearsal.helpers[arm];
  if (running !== null && (await stillRuns(running))) return;
  if (running !== null) noteEnd(run, arm, null);
  const name = `${arm}-${run.incarnation(arm)}`;
  rehearsal.helpers[arm] = await startKeeper({
    argv: parts.starts[arm].words,
    folder: folder.sidePath(name),
    log: folder.log(name),
    beside: rehearsal.helpers[other(arm)]?.control ?? null,
    relay: parts.scenario.relay(parts.starts.candidate.runtime),
  });
  await run.save();
};

/** Of a side that is up, as it is now. */
export const noteFacts = async (run: RehearsalRun, arm: Arm): Promise<void> => {
  const state = await run.keeper(arm)?.state();
  if (state === undefined || state.evidence === null) return;
  const {engine, stack, runtime, evidence, servers} = state;
  const incarnation = run.incarnation(arm);
  const facts: SideFacts = {arm, incarnation, engine, stack, runtime, evidence, atMs: machineNow(), servers};
  run.rehearsal.sides.push(facts);
  if (evidence === 'simulated') run.rehearsal.evidence = 'simulated';
  await run.save();
};

/** Why a side does not serve; null while it does, or starts. */
export const whyDown = ({status, failure}: KeeperState): string | null =>
  status === 'starting' || status === 'serving' ? null : (failure?.message ?? `its stack is ${status}`);

/** A keeper knows its flags by the names that `up` has for them. */
const ofSide = (arm: Arm, hint: string): string =>
  hint.replace(/--(?=(attach|fault|model|python|stack)\b)/g, `--${arm}-`);

const errorOf = (arm: Arm, {failure}: KeeperState): CutoverError => {
  const code: ErrorCode = failure !== null && isErrorCode(failure.code) ? failure.code : 'ENGINE_DID_NOT_START';
  const {message = 'it stopped', hint = null, logTail = []} = failure ?? {};
  return new CutoverError(code, `${arm}: ${message}`, {...(hint === null ? {} : {hint: ofSide(arm, hint)}), logTail});
};

/** Waits until a side that was begun serves, and gives it to the gateway. Throws what it failed of. */
export const sideServes = async (run: RehearsalRun, arm: Arm): Promise<void> => {
  const keeper = run.keeper(arm);
  if (keeper === null) throw new TypeError(`the ${arm} was not begun`);
  const {told} = run.parts;
  for (;;) {
    const state = await keeper.state();
    if (whyDown(state) !== null) throw errorOf(arm, state);
    if (state.status === 'serving') break;
    told.progress.show(`${run.stage?.name ?? ''} · ${arm} · ${state.lines.at(-1) ?? 'starting'}`);
    await run.wait(pollMs);
  }
  const known = run.rehearsal.sides.some(side => side.arm === arm && side.incarnation === run.incarnation(arm));
  if (!known) await noteFacts(run, arm);
  const {engine, evidence, servers} = await keeper.state();
  const endpoints = Object.fromEntries(servers.map(({role, url, model, facts}) => [role, {url, model, facts}]));
  await run.admin.putTarget(arm, {engine, evidence: evidence ?? 'real', endpoints});
};

/**
 * Whether the side is up and serves. Its servers' ports are asked as well: a keeper learns seconds later that its containers went with
 * their Docker engine, and all requests would go to a side that is gone.
 */
export const serves = async (run: RehearsalRun, arm: Arm): Promise<boolean> => {
  const helper = run.rehearsal.helpers[arm];
  if (helper === null || !(await stillRuns(helper))) return false;
  const state = await run
    .keeper(arm)
    ?.state()
    .catch(() => null);
  if (state?.status !== 'serving') return false;
  return !(await Promise.all(state.servers.map(({url}) => refuses(url)))).includes(true);
};

const noteEnd = (run: RehearsalRun, arm: Arm, account: RehearsalRun['rehearsal']['engines'][number]['account']) => {
  run.rehearsal.engines.push({arm, incarnation: run.incarnation(arm), account});
  run.rehearsal.helpers[arm] = null;
};

/**
 * Asks what the side has executed, stops it, and proves that its keeper is gone. Does nothing where it is down. Throws LEFT_BEHIND.
 */
export const sideDown = async (run: RehearsalRun, arm: Arm): Promise<void> => {
  const helper = run.rehearsal.helpers[arm];
  const keeper = run.keeper(arm);
  if (helper === null || keeper === null) return;
  const account = await Promise.race([keeper.account().catch(() => null), delay(accountWithinMs, null, {ref: false})]);
  const findings = await keeper.stop().then(
    stopped => stopped.findings,
    () => [],
  );
  run.find(findings);
  const gone = (await isGoneWithin(helper, endsWithinMs)) || (await endHelper(helper, endsWithinMs));
  if (!gone)
    throw new CutoverError('LEFT_BEHIND', `The keeper of the ${arm} (process ${helper.pid}) does not end`, {
      hint: `End it: kill -9 ${helper.pid}; then npm run clean.`,
    });
  noteEnd(run, arm, account);
  await run.save();
  await run.admin.removeTarget(arm).catch(() => {}); // it may still be named, or never have been given
};
