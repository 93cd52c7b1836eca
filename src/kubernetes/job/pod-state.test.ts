import type {CoreV1Event, V1ContainerState, V1Pod, V1PodStatus} from '@kubernetes/client-node';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {labelValue, marksOf, readMarks} from '../ownership/labels.ts';
import {jobManifest, jobName, type ManifestOptions} from './manifest.ts';
import {deletedText, podState, troubleOf} from './pod-state.ts';

const pod = (status: V1PodStatus, metadata: V1Pod['metadata'] = {}): V1Pod => ({
  metadata,
  spec: {containers: [{name: 'shard', resources: {limits: {memory: '1Gi'}}}]},
  status,
});
const inState = (state: V1ContainerState, more: V1PodStatus = {}) =>
  pod({...more, containerStatuses: [{name: 'shard', state, image: '', imageID: '', ready: false, restartCount: 0}]});
const event = (reason: string, message: string): CoreV1Event => ({involvedObject: {}, metadata: {}, reason, message});

describe('a pod that waits', () => {
  test('for a machine says what the scheduler says, and may still get one', () => {
    const conditions = [
      {type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available'},
    ];
    expect(podState(pod({phase: 'Pending', conditions}))).toEqual({
      ...{kind: 'waiting', why: 'Unschedulable: 0/3 nodes are available', hopeless: false},
    });
  });

  test('for an image says why it is not pulled, from the event where the status only says that it backs off', () => {
    const state = inState({waiting: {reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"'}});
    expect(podState(state)).toEqual({
      kind: 'waiting',
      why: 'ImagePullBackOff: Back-off pulling image "x"',
      hopeless: false,
    });
    const events = [
      event('Failed', 'Failed to pull image "x": 401 Unauthorized'),
      event('Failed', 'Error: ErrImagePull'),
    ];
    expect(podState(state, events)).toEqual({
      ...{kind: 'waiting', why: 'ImagePullBackOff: Failed to pull image "x": 401 Unauthorized', hopeless: true},
    });
  });

  test('for an image is one trouble, in whichever of its two turns it is looked at, and another one is another', () => {
    const turns = ['ErrImagePull', 'ImagePullBackOff'].map(reason => {
      const state = podState(inState({waiting: {reason, message: `${reason}: i/o timeout`}}));
      return state.kind === 'waiting' ? troubleOf(state.why) : null;
    });
    expect(turns[0]).not.toBe(null);
    expect(turns[1]).toBe(turns[0]);
    expect(troubleOf('Unschedulable: no node')).toBe('Unschedulable: no node');
    expect(troubleOf(null)).toBe(null);
  });

  test('for its container waits in vain where that cannot be made, and else says nothing', () => {
    expect(podState(inState({waiting: {reason: 'CreateContainerConfigError', message: 'root'}}))).toMatchObject({
      hopeless: true,
    });
    expect(podState(inState({waiting: {reason: 'ContainerCreating'}}))).toEqual({
      kind: 'waiting',
      why: null,
      hopeless: false,
    });
    expect(podState(inState({running: {}}))).toEqual({kind: 'running'});
  });
});

describe('a pod that has ended', () => {
  test.each([
    [
      inState({terminated: {exitCode: 137, reason: 'OOMKilled'}}),
      'it was killed for memory (OOMKilled), with a limit of 1Gi',
    ],
    [inState({terminated: {exitCode: 7, reason: 'Error'}}), 'its program ended with exit code 7'],
    [inState({terminated: {exitCode: 137, signal: 9, reason: 'Error'}}), 'its program ended with signal 9'],
    [inState({terminated: {exitCode: 0, reason: 'Completed'}}), 'its program ended by itself'],
    [
      pod({phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.'}),
      'Evicted: The node was low on memory.',
    ],
    [
      pod({
        conditions: [{type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'by a pod'}],
      }),
      'PreemptionByScheduler: by a pod',
    ],
    [inState({running: {}}, {phase: 'Running'}), null],
  ])('says why: case %#', (state, why) => {
    expect(podState(state)).toMatchObject(why === null ? {kind: 'running'} : {kind: 'ended', why});
  });

  test('and is gone says what the cluster said of it', () => {
    expect(deletedText([])).toBe('the pod was deleted');
    expect(deletedText([event('TaintManagerEviction', 'Marking for deletion')])).toBe(
      'the pod was deleted: Marking for deletion',
    );
    const going = {...inState({running: {}}), metadata: {deletionTimestamp: new Date(0)}};
    expect(podState(going)).toMatchObject({kind: 'ended', why: 'the pod was deleted'});
  });
});

describe("a run's Job", () => {
  const marks = marksOf({runId: 'run 1', role: 'load', folder: '/a b', owner: 'host/1/2/3/4'});
  const options: ManifestOptions = {
    ...{name: 'cutover-load-x', marks, shards: 8, image: 'i', pullSecrets: ['key'], cpu: '2', memory: '1Gi'},
    ...{user: 65_532, nodeSelector: {}, avoidNodes: [], lifetimeS: 3600, program: ['node', '/app/shard.mjs']},
  };
  const manifest = jobManifest(options);

  test('has a pod for each shard, none ever started twice, with what it asks for and no rights', () => {
    expect(manifest.spec).toMatchObject({
      ...{
        completionMode: 'Indexed',
        completions: 8,
        parallelism: 8,
        backoffLimitPerIndex: 0,
        activeDeadlineSeconds: 3600,
      },
      template: {
        metadata: {labels: {'cutover.dev/run': 'run-1'}, annotations: {'cutover.dev/owner': 'host/1/2/3/4'}},
        spec: {
          ...{restartPolicy: 'Never', automountServiceAccountToken: false, imagePullSecrets: [{name: 'key'}]},
          securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}},
          topologySpreadConstraints: [
            {topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway'},
          ],
          containers: [
            {
              command: ['node', '/app/shard.mjs'],
              env: expect.arrayContaining([
                {name: 'CUTOVER_SHARD_NODE', valueFrom: {fieldRef: {fieldPath: 'spec.nodeName'}}},
              ]),
              resources: {requests: {cpu: '2', memory: '1Gi'}, limits: {cpu: '2', memory: '1Gi'}},
              securityContext: {
                ...{allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
              },
              volumeMounts: [{name: 'work', mountPath: '/work'}],
            },
          ],
          volumes: [{name: 'work', emptyDir: {}}],
        },
      },
    });
  });

  test("has its pods away from the servers' nodes where there are others, which counts for more than that they are spread evenly", () => {
    expect(manifest.spec?.template.spec?.affinity).toBeUndefined();
    const {spec} = jobManifest({...options, avoidNodes: ['gpu-1', 'gpu-2']}).spec?.template ?? {};
    const [preferred, ...others] = spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(others).toEqual([]);
    expect(preferred?.preference.matchFields).toEqual([
      {key: 'metadata.name', operator: 'NotIn', values: ['gpu-1']},
      {key: 'metadata.name', operator: 'NotIn', values: ['gpu-2']},
    ]);
    expect(spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toBeUndefined();
    expect(spec?.topologySpreadConstraints?.[0]?.maxSkew).toBe(8);
  });

  test('runs on the nodes that were asked for, as the user that the cluster chooses where none is named', () => {
    const {spec} = jobManifest({...options, nodeSelector: {pool: 'load'}, user: null}).spec?.template ?? {};
    expect(spec?.nodeSelector).toEqual({pool: 'load'});
    expect(spec?.securityContext).toEqual({runAsNonRoot: true, seccompProfile: {type: 'RuntimeDefault'}});
  });

  test('bears marks that are read back as they were, and is nobody else’s without them', () => {
    expect(readMarks(marks)).toEqual({runId: 'run 1', role: 'load', folder: '/a b', owner: 'host/1/2/3/4'});
    expect(readMarks({labels: {app: 'x'}})).toBeNull();
  });

  test('has a name and labels that Kubernetes takes, whatever the run is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}), (runId, random) => {
        expect(jobName(runId, random)).toMatch(/^[a-z0-9]([-a-z0-9]{0,55}[a-z0-9])$/);
        expect(labelValue(runId)).toMatch(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
      }),
    );
  });
});
