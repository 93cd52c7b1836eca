/** Every command, what it is for and what stands after it. */
export const commands = {
  bench: {purpose: 'Measure one engine: bring it up or attach to it, put load on it, write a record', operands: []},
  compare: {
    purpose: 'Print two runs side by side; of more runs, or of decisions, which topology wins at which stage',
    operands: ['run', '[run…]'],
  },
  decide: {
    purpose: 'Decide whether a candidate stack may take the place of a baseline: GO, NO-GO, INCONCLUSIVE or VOID',
    operands: [],
  },
  rehearse: {
    purpose: 'Rehearse the cutover to a candidate stack and the way back, under load: a verdict on each',
    operands: [],
  },
  merge: {
    purpose: 'Join the runs of the shards of one load (bench --shard) to one run, from their raw samples',
    operands: ['DIR', '[DIR…]'],
  },
  report: {purpose: 'Write the exports of a run again from its record and samples', operands: ['run']},
  query: {
    purpose: 'Ask all records and decisions in SQL, or how a metric went from commit to commit',
    operands: ['[SQL]'],
  },
  simulate: {purpose: 'Serve the simulated engine until Ctrl-C, to try a client or a suite on', operands: []},
  up: {
    purpose: 'Bring a stack up and keep it up until Ctrl-C, or until it is asked to stop through --control-port',
    operands: [],
  },
  gateway: {
    purpose: 'Serve /embed, /rerank, /chat and /health in front of a stack until Ctrl-C',
    operands: [],
  },
  contract: {
    purpose:
      'Ask a service on these paths for what its contract says; of two, whether the second can replace the first',
    operands: ['URL', '[URL]'],
  },
  probe: {
    purpose: 'Ask a service beside the engines what it keeps of what is given to it, and how long that takes: gswarm',
    operands: ['service'],
  },
  calibrate: {
    purpose:
      'Say how often the verdict is right, on simulated pairs whose truth is known and whose noise is that of real runs',
    operands: [],
  },
  claims: {
    purpose: 'Print what the evidence says to every claim; runs and decisions that are named count too',
    operands: ['[run…]'],
  },
  fit: {purpose: "Find the simulated engine's constants from a run of the calibration suite", operands: ['run']},
  doctor: {purpose: 'Say what this machine has and lacks for bringing up a real stack', operands: []},
  clean: {
    purpose: 'Find the containers, networks, volumes and Kubernetes Jobs that a dead run left, and remove them',
    operands: [],
  },
  pin: {
    purpose: 'Ask the registry for the digests of the images in docker/images.yaml, and write them there',
    operands: [],
  },
  list: {purpose: 'List suites, engines, stacks, host files and formats', operands: []},
  schema: {purpose: 'Print the JSON Schema of record.json', operands: []},
} as const satisfies Record<string, {purpose: string; operands: readonly string[]}>;
export type CommandName = keyof typeof commands;
