/** A harness that has shards and does nothing more, to be killed: its arguments are a kubeconfig and a run's name. */
import {connectKubernetes} from './connect.ts';
import {startShardJob} from './shard-job.ts';
import {busybox, standIn} from './test-stand-in.ts';

const [, , kubeconfig, runId = ''] = process.argv;
const onLine = (line: string) => void process.stderr.write(`${line}\n`);
await startShardJob({
  ...{cluster: await connectKubernetes({kubeconfig}), runId, folder: '/nowhere', shards: 1, image: busybox, onLine},
  ...{pullPolicy: 'Never', cpu: '50m', memory: '32Mi', program: standIn(1), signal: new AbortController().signal},
});
process.stdout.write('up\n');
setInterval(() => {}, 2 ** 30);
