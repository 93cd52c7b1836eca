import {describe, expect, test} from 'vitest';
import {refusal} from './refusal.ts';

const cluster = {name: 'https://k8s:6443', namespace: 'load-tests'};
const refused = (code: number, message: string) =>
  Object.assign(new Error(`HTTP-Code: ${code}`), {code, body: JSON.stringify({kind: 'Status', message})});

describe('what the API server refuses', () => {
  test('for want of rights is told with what gives them to whom the server names', () => {
    const person = refusal(
      cluster,
      'Pods cannot be read',
      refused(403, 'pods is forbidden: User "me@example.com" cannot list resource "pods"'),
    );
    expect(person).toMatchObject({
      code: 'KUBERNETES_REFUSED',
      message:
        'Pods cannot be read in namespace load-tests: pods is forbidden: User "me@example.com" cannot list resource "pods"',
      hint: 'Have the rights given: kubectl -n load-tests apply -f docker/kubernetes/load-role.yaml, and then kubectl -n load-tests create rolebinding cutover-for-me --role cutover-load --user me@example.com.',
    });
    const account = refusal(
      cluster,
      'The service cannot be read',
      refused(403, 'services is forbidden: User "system:serviceaccount:ci:runner" cannot get resource "services"'),
      'docker/kubernetes/attach-role.yaml',
    );
    expect(account.hint).toMatch(/--role cutover-attach --serviceaccount ci:runner\.$/);
  });

  test('for credentials that have ended is not told as silence', () => {
    expect(refusal(cluster, 'Pods cannot be read', refused(401, 'Unauthorized'))).toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: 'Pods cannot be read: Kubernetes at https://k8s:6443 no longer takes the credentials',
    });
  });
});
