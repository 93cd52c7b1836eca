import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {describe, expect, test} from 'vitest';
import {ownerState, ownerText, thisOwner} from './owner.ts';

/** This process's name with one of its fields in another way. */
const but = (field: 'host' | 'boot' | 'namespace' | 'pid' | 'start', value: string): string =>
  thisOwner().split('/').with(['host', 'boot', 'namespace', 'pid', 'start'].indexOf(field), value).join('/');

describe('the owner of what is on a Docker engine', () => {
  test('is this process for as long as it runs, and is called the same all the time', () => {
    expect(thisOwner()).toBe(thisOwner());
    expect(thisOwner().split('/')).toHaveLength(5);
    expect(ownerState(thisOwner())).toBe('alive');
    expect(ownerText(thisOwner())).toBe(`process ${process.pid} of ${hostname()}`);
  });

  test('is alive until it is killed, and gone at once then', async () => {
    const program = `import {thisOwner} from ${JSON.stringify(join(import.meta.dirname, 'owner.ts'))};
      console.log(thisOwner()); setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [owner] = await once(createInterface({input: child.stdout}), 'line');
    expect(ownerState(owner)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(ownerState(owner)).toBe('gone');
  });

  test.each([
    {what: 'another process has its number by now', owner: but('start', '17'), state: 'gone'},
    {what: 'no process has its number', owner: but('pid', '4194305'), state: 'gone'}, // above the kernel's largest
    {what: 'the machine was started again since', owner: but('boot', '0f0f'), state: 'gone'},
    {what: 'another machine has it', owner: but('host', 'some-other-host'), state: 'elsewhere'},
    {what: 'a container with process numbers of its own has it', owner: but('namespace', '1'), state: 'elsewhere'},
    {what: 'somebody else labelled it', owner: 'me', state: 'elsewhere'},
    {what: 'the label is missing', owner: '', state: 'elsewhere'},
    {what: 'the number would be a whole group of processes', owner: but('pid', '-1'), state: 'elsewhere'},
  ])('is $state when $what', ({owner, state}) => {
    expect(ownerState(owner)).toBe(state);
  });
});
