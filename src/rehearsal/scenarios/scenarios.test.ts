import {describe, expect, test} from 'vitest';
import {scenarioNames} from '../../schema/scenario-names.ts';
import {strategies} from '../strategies/index.ts';
import {scenarios} from './index.ts';

const command = {dockerRestartCommand: 'true'};
const kinds = Object.values(strategies).map(({kind}) => kind);

describe('scenarios', () => {
  test.each(scenarioNames)('%s has its name, and strikes in a stage that every strategy has', name => {
    const scenario = scenarios[name];
    expect(scenario.name).toBe(name);
    for (const kind of kinds) {
      const stage = scenario.stage(kind);
      if (stage !== null) expect(strategies[kind].stages).toContain(stage);
    }
  });

  test('those that harm a process do not apply to one that is attached to, those of the network do', () => {
    const applies = scenarioNames.filter(name => scenarios[name].appliesTo('blue-green', 'attach', command) === true);
    expect(applies).toEqual([
      ...['none', 'errors-in-bursts', 'answers-wrong', 'gets-slow', 'network-cut', 'harness-killed'],
    ]);
  });

  test('a network that is cut is refused connections on Docker, and bytes that never come elsewhere', () => {
    const {expects} = scenarios['network-cut'];
    expect(expects('docker')).toEqual(['errors', 'hang', 'died']);
    for (const runtime of ['embedded', 'process', 'attach']) expect(expects(runtime)).toEqual(['hang']);
  });

  test.each(scenarioNames)('%s says by what it is found, if by anything', name => {
    for (const runtime of ['embedded', 'docker'])
      expect(scenarios[name].expects(runtime).length > 0).toBe(!['none', 'harness-killed'].includes(name));
  });

  test('docker-restarts needs containers and a command', () => {
    const {appliesTo} = scenarios['docker-restarts'];
    expect(appliesTo('restart', 'docker', command)).toBe(true);
    expect(appliesTo('restart', 'docker', {dockerRestartCommand: null})).toMatch(/Add --docker-restart-command/);
    expect(appliesTo('restart', 'embedded', command)).toMatch(/Add --runtime docker/);
  });
});
