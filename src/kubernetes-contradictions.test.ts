import {expect, test} from 'vitest';
import {readCommandLine} from './command-line.ts';
import {CutoverError} from './errors.ts';

const mistakesOf = (words: string): readonly string[] => {
  try {
    readCommandLine(words.split(' '), '1.2.3');
    return [];
  } catch (thrown) {
    if (!(thrown instanceof CutoverError)) throw thrown;
    const [, ...lines] = thrown.message.split('\n');
    return lines.map(line => line.trim());
  }
};

const attached = 'bench --engine sglang --attach k8s://inference/sglang:30000';
const onPods = `${attached} --load-on k8s --load-image cutover-load:1`;
const sides = '--baseline-attach k8s://inference/sglang:30000 --candidate-attach http://10.0.0.7:8000';

test.each([
  onPods,
  `${onPods} --shards 8 --concurrency 8 --workers 2 --pull-secret a --pull-secret b --shard-cpu 500m --shard-memory 2Gi`,
  `${onPods} --suite goodput --suite limits --suite saturate --kubeconfig k --kube-context c --kube-namespace n`,
  `${onPods} --shard-node-selector pool=load --shard-node-selector node-role.kubernetes.io/load= --shard-user 1000`,
  `${onPods} --shard-user None --shard-start-limit 900`,
  `${attached} --kube-context lab`,
  'bench --engine sglang --attach http://10.0.0.7:8000 --load-on k8s --load-image i',
  'bench --engine sglang --load-on here',
  `decide ${sides} --load-on k8s --load-image i --shards 4`,
  'rehearse --candidate-attach k8s://inference/sglang:30000 --kube-context lab',
  'rehearse --load-on k8s --load-image i --shards 4 --gateway-address http://10.0.0.5:3001 --kube-context lab',
  'rehearse --load-on k8s --load-image i --gateway-address http://gateway.lab:80 --port 3001 --shard-cpu 2 --pull-secret a',
  'clean --kube-context lab',
])('goes together: %s', words => {
  expect(mistakesOf(words)).toEqual([]);
});

test.each([
  [`${attached} --shards 8 --load-image i`, /^--shards, --load-image say how pods put on the load\. Add --load-on k8s/],
  [
    `${attached} --load-on k8s`,
    /^--load-on k8s has no image for its pods\. Run npm run load-image, push the second name/,
  ],
  ['bench --engine sglang --load-on k8s --load-image i', /needs servers that pods can reach.* Add --attach k8s:\/\//],
  [
    'bench --engine sglang --attach http://127.0.0.1:8000 --load-on k8s --load-image i',
    /^--load-on k8s: http:\/\/127\.0\.0\.1:8000 of --attach is this machine's own, and pods cannot reach it\. Write k8s:\/\//,
  ],
  ['bench --engine sglang --attach http://localhost:8000 --load-on k8s --load-image i', /this machine's own/],
  [
    `${onPods} --shards 3 --concurrency 2`,
    /^--shards: smoke has a load with a concurrency of 2: nothing to do for 3 shards/,
  ],
  [
    `${onPods} --suite capacity`,
    /^--shards: capacity has .* of 1: nothing to do for 2 shards\. Use one, or begin with --levels 2-/,
  ],
  [`${onPods} --shards 4 --rate 9 --max-in-flight 3`, /maxInFlight of 3: nothing to do for 4 shards/],
  [
    `decide ${sides} --load-on k8s --load-image i --shards 16`,
    /^--shards: --plan migration has .* concurrency of 8: nothing/,
  ],
  [`${onPods} --shards 5000 --workers 16 --rate 9`, /^--shards 5000 of --workers 16 are more threads than the 65536/],
  [`${onPods} --keep-raw 2`, /^--keep-raw keeps replies that this machine reads/],
  [
    `${onPods} --suite mixed`,
    /does not go with mixed, whose stage together has loads that begin at the same moment.* Run it from this machine/,
  ],
  [`${onPods} --suite weight-sync`, /does not go with weight-sync, whose stage [a-z-]+ does something to the server/],
  [`${onPods} --suite trace --trace t.jsonl`, /does not go with trace, which replays prompts of a file/],
  [
    `${onPods} --suite routers`,
    /^--load-on k8s does not go with routers, whose stage trace replays prompts of a file that the pods do not have\. Run it from this machine: leave out --load-on k8s$/,
  ],
  [
    'bench --engine sglang --load-on kubernetes',
    /^--load-on must be one of here, k8s, got "kubernetes"\. Write k8s, or here/,
  ],
  [
    `${attached} --shard-node-selector pool=load --shard-user none --shard-start-limit 9`,
    /^--shard-node-selector, --shard-user, --shard-start-limit say how pods put on the load\. Add --load-on k8s/,
  ],
  [`${onPods} --shard-node-selector load`, /^--shard-node-selector must be a label of nodes, key=value, got "load"/],
  [
    `${onPods} --shard-node-selector pool=a --shard-node-selector zone=1 --shard-node-selector pool=b`,
    /^--shard-node-selector has pool=a and pool=b, and a node has one value of pool\. Write one of them/,
  ],
  [`${onPods} --shard-user 0`, /^--shard-user must be a whole number from 1 .*, got "0"/],
  [`${onPods} --shard-user root`, /^--shard-user must be a whole number .*, got "root"/],
  [`${onPods} --shard-start-limit 0`, /^--shard-start-limit must be a number from 1 to 86400/],
  [`${onPods} --shard-cpu two`, /^--shard-cpu must be a quantity of Kubernetes, got "two"/],
  [
    'bench --engine sglang --attach http://10.0.0.7:8000 --kube-context lab',
    /^--kube-context says which cluster is meant, and nothing of this is in one\. Add --attach k8s:\/\//,
  ],
  [
    'decide --baseline-attach http://127.0.0.1:1 --load-on k8s --load-image i',
    /^--load-on k8s: http:\/\/127\.0\.0\.1:1 of --baseline-attach/,
  ],
  ['decide --load-on k8s --load-image i', /Add --candidate-attach k8s:\/\//],
  ['rehearse --load-on k8s --gateway-address http://10.0.0.5:3001', /^--load-on k8s has no image for its pods/],
  [`rehearse ${sides} --load-on k8s --load-image i`, /reach this machine's gateway\. Add --gateway-address http:\/\//],
  [
    'rehearse --load-on k8s --load-image i --gateway-address http://127.0.0.1:3001',
    /^--gateway-address http:\/\/127\.0\.0\.1:3001 is this machine's own, and pods cannot reach it\. Write its/,
  ],
  [
    'rehearse --load-on k8s --load-image i --gateway-address https://10.0.0.5',
    /^--gateway-address must begin with http:/,
  ],
  ['rehearse --load-on k8s --load-image i --gateway-address http://10.0.0.5:1 --port 0', /^--port 0 takes a free port/],
  [
    'rehearse --gateway-address http://10.0.0.5:3001',
    /^--gateway-address says how pods put on the load\. Add --load-on k8s, or leave it out/,
  ],
])('does not go together: %s', (words, mistake) => {
  expect(mistakesOf(words).filter(line => mistake.test(line))).toHaveLength(1);
});
