import {isDeepStrictEqual} from 'node:util';
import {type Arm, arms} from '../schema/block.ts';
import type {Route, StageName} from '../schema/rehearsal.ts';
import {gatewayUp} from './gateway-helper.ts';
import {loadBegun} from './load-of-rehearsal.ts';
import {journalsOfKilled, podsGivenUp} from './pods-of-killed.ts';
import {nobody, type RehearsalRun} from './rehearsal-run.ts';
import {serves, sideBegun, sideServes} from './side-helper.ts';
import {endStrays} from './strays.ts';

/** Between these the baseline of a restart is stopped on purpose. */
const withoutBaseline: readonly StageName[] = ['cutover', 'watch', 'fault', 'rollback'];
/** These find a candidate that is gone broken; those before bring it up themselves. */
const needsCandidate: readonly StageName[] = ['check', 'cutover'];

const isNeeded = (arm: Arm, next: StageName, {strategy}: RehearsalRun['parts']): boolean => {
  const restarts = strategy.kind === 'restart';
  if (arm === 'baseline') return !(restarts && withoutBaseline.includes(next));
  return !restarts && needsCandidate.includes(next);
};

/** The route as far as those that it names serve. */
const possible = (route: Route, serving: readonly Arm[]): Route => {
  const {primary, standby} = route;
  const has = (arm: Arm | null) => arm !== null && serving.includes(arm);
  if (!has(primary)) return has(standby) ? {...nobody, primary: standby} : nobody;
  return {
    ...route,
    standby: has(standby) ? standby : null,
    ...(has('candidate') ? {} : {candidateShare: 0, mirrorShare: 0}),
  };
};

/** A gateway that was started again knows neither sides nor route. */
const routeAgain = async (run: RehearsalRun, serving: readonly Arm[]): Promise<void> => {
  const {route} = await run.admin.state();
  if (isDeepStrictEqual({...route}, {...run.route})) return;
  if (route.primary === null) await run.setRoute(possible(run.route, serving), 'requests go where they went');
  else await run.event('route', 'the harness was killed before it had noted this route', {route});
};

/**
 * Makes what a killed harness left its own, as far as `next` needs it: the gateway, the sides, the route and the load. Null: only the way
 * back is to be taken.
 */
export const adopt = async (run: RehearsalRun, next: StageName | null): Promise<void> => {
  await endStrays(run.folder.path, run.rehearsal.helpers);
  const {pods} = run.parts;
  if (pods !== null && next === null) await podsGivenUp(run, pods);
  const notWhole = pods === null || next === null ? null : await journalsOfKilled(run, pods);
  // Whatever comes next could not make it valid; what is up is stopped all the same.
  if (notWhole !== null && next !== 'down') return run.fail(notWhole);
  if (next === 'baseline-up' || next === 'down' || run.rehearsal.helpers.gateway === null) return;
  await gatewayUp(run);
  for (const arm of arms) {
    if (next === null || !isNeeded(arm, next, run.parts)) continue;
    await sideBegun(run, arm);
    await sideServes(run, arm);
  }
  const serving: Arm[] = [];
  for (const arm of arms) if (await serves(run, arm)) serving.push(arm);
  for (const arm of serving) await sideServes(run, arm); // the gateway may be another one
  await routeAgain(run, serving);
  if (next !== null) await loadBegun(run);
};
