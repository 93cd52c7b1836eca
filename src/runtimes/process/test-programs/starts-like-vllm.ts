/** Writes what a real vLLM server wrote while it started, then answers 200 to everything; has a child, as vLLM does. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';

process.stdout.write(readFileSync(join(import.meta.dirname, '../../../../fixtures/startup/vllm/chat.log')));
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {stdio: 'ignore'});
await once(child, 'spawn');
process.stdout.write(`parent ${process.pid}\nchild ${child.pid}\n`);

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
createServer((_, response) => response.end('{}')).listen(port, '127.0.0.1');
