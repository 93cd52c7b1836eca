import {once, withDefault} from './flag.ts';
import {gatewayOrigin} from './gateway-address.ts';
import {numeric, oneOf, text} from './option-values.ts';
import {scenarioNames} from './schema/scenario-names.ts';

/** Of `rehearse` alone. */
export const rehearsalFlags = {
  strategy: withDefault('name|file', text('--strategy canary'), {
    on: ['rehearse'],
    help: 'The plan: how requests come to the candidate, under what load, what is watched and what the verdicts ask for; from suites/rehearsals/ (restart, blue-green, canary, shadow) or a file',
    default: 'blue-green',
  }),
  scenario: withDefault('name', oneOf(scenarioNames), {
    on: ['rehearse'],
    help: `What goes wrong: ${scenarioNames.join(', ')}. With none, nothing goes wrong and the way back is taken all the same`,
    default: 'none',
  }),
  watchSeconds: once('seconds', numeric({min: 0, above: true, max: 86_400, example: '--watch-seconds 60'}), {
    on: ['rehearse'],
    help: "How long the candidate is watched before the fault, in place of the plan's",
  }),
  gatewayAddress: once('URL', gatewayOrigin, {
    on: ['rehearse'],
    help: "With --load-on k8s: where pods reach this machine's gateway, http://10.0.0.5:3001. It serves on that port then (or on --port), on all addresses, and knows the pods by a token of its own",
  }),
  dockerRestartCommand: once('"command"', text('--docker-restart-command "sudo systemctl restart docker"'), {
    on: ['rehearse'],
    help: 'What restarts the Docker engine of this machine, run by a shell: for --scenario docker-restarts',
  }),
  abort: once('DIR', text('--abort reports/2026-11-21T1512-rehearsal-k3f9'), {
    on: ['rehearse'],
    help: 'Give up a rehearsal whose harness is gone: the baseline serves again, the candidate is stopped, then all is taken down and judged',
  }),
} as const;
