import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ClientLine, EngineAccount, GatewayLine} from '../../schema/journal.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import {accountsOf} from './accounts.ts';
import {linesOf, type Request, rehearsalOf} from './test-rehearsal.ts';

interface Journal {
  readonly client: readonly ClientLine[];
  readonly gateway: readonly GatewayLine[];
  readonly engines: Rehearsal['engines'];
}

const executed = (ids: readonly string[]): EngineAccount => ({
  by: 'ids',
  requests: ids.map(id => ({id, kind: 'embed', endMs: 0, outcome: 'ok'})),
  finished: {},
});

const accountsFor = ({client, gateway, engines}: Journal, changes: Partial<Rehearsal> = {}) =>
  accountsOf({rehearsal: rehearsalOf({engines, ...changes}), client, gateway});

/** The three journals of a service without a fault of its own; of `mirrored` ones the candidate had a copy. */
const journalOf = (requests: readonly (Request & {readonly mirrored: boolean})[]): Journal => {
  const {client, gateway} = linesOf(requests);
  const copies = gateway
    .filter((_, at) => requests[at]?.mirrored)
    .map(line => ({...line, target: 'candidate' as const, mirror: true, asked: 1, askedMs: line.receivedMs}));
  // What failed or was torn may have come to the engine or not; here it did.
  const idsOf = (arm: string) =>
    [...gateway, ...copies].filter(({target, asked}) => target === arm && asked > 0).map(({id}) => id);
  return {
    client,
    gateway: [...gateway, ...copies],
    engines: (['baseline', 'candidate'] as const).map(arm => ({
      arm,
      incarnation: 1,
      account: executed(['known-question', ...idsOf(arm), 'known-question']),
    })),
  };
};

const someRequests = fc
  .array(
    fc.record({
      sentMs: fc.integer({min: 5000, max: 100_000}),
      outcome: fc.constantFrom('served', 'served', 'refused', 'failed', 'lost'),
      arm: fc.constantFrom('baseline', 'candidate'),
      mirrored: fc.boolean(),
    }),
    {minLength: 1, maxLength: 30},
  )
  .map(made =>
    made.map(({arm, mirrored, ...request}, at): Request & {mirrored: boolean} => ({
      ...request,
      ...{id: `l-${at}`, target: request.outcome === 'refused' ? null : arm},
      mirrored: mirrored && arm === 'baseline' && request.outcome !== 'refused',
    })),
  );

const shuffled = <Value>(values: readonly Value[], order: readonly number[]): Value[] =>
  values
    .map((value, at) => ({value, place: order[at % order.length] ?? 0}))
    .sort((a, b) => a.place - b.place)
    .map(({value}) => value);

describe('accounts of a service that does what it says', () => {
  test('agree whatever the order of the lines, and sum up', async () => {
    await fc.assert(
      fc.asyncProperty(someRequests, fc.array(fc.nat(), {minLength: 40, maxLength: 40}), async (requests, order) => {
        const {client, gateway, engines} = journalOf(requests);
        const {accounts, accounting} = await accountsFor({
          client: shuffled(client, order),
          gateway: shuffled(gateway, order),
          engines,
        });
        expect(accounts.differences).toEqual([]);
        const count = (outcome: string) => requests.filter(request => request.outcome === outcome).length;
        expect(accounting).toEqual({
          ...{sent: requests.length, served: count('served'), refused: count('refused')},
          ...{failed: count('failed'), lost: count('lost'), duplicated: 0},
        });
        expect(accounts.gateway).toMatchObject({
          taken: requests.length,
          mirrored: requests.filter(({mirrored}) => mirrored).length,
        });
        expect(accounts.engines.every(({finished, expected}) => finished === expected)).toBe(true);
      }),
    );
  });

  const without = <Value>(values: readonly Value[], at: number) => values.filter((_, index) => index !== at);
  const at = <Value>(values: readonly Value[], which: number) => which % values.length;
  const corruptions: Record<string, (journal: Journal, which: number) => Journal | null> = {
    'a line of the client is missing': (journal, which) => ({
      ...journal,
      client: without(journal.client, at(journal.client, which)),
    }),
    'a line of the client is there twice': (journal, which) => ({
      ...journal,
      client: [...journal.client, journal.client[at(journal.client, which)] as ClientLine],
    }),
    'a request of the gateway is missing': (journal, which) => {
      const own = journal.gateway.filter(({mirror}) => !mirror);
      const gone = own[at(own, which)];
      return {...journal, gateway: journal.gateway.filter(line => line !== gone)};
    },
    'the gateway took one twice': (journal, which) => ({
      ...journal,
      gateway: [...journal.gateway, {...(journal.gateway[at(journal.gateway, which)] as GatewayLine), mirror: false}],
    }),
    'the gateway says another outcome': ({client, gateway, engines}, which) => {
      const own = gateway.filter(({mirror}) => !mirror);
      const other = own[at(own, which)];
      const turned = other?.outcome === 'served' ? ('failed' as const) : ('served' as const);
      return {client, engines, gateway: gateway.map(line => (line === other ? {...line, outcome: turned} : line))};
    },
    'an engine executed an id once more': ({client, gateway, engines}, which) => {
      const id = gateway[at(gateway, which)]?.id as string;
      const [first, ...rest] = engines;
      if (first?.account == null) return null;
      return {
        client,
        gateway,
        engines: [{...first, account: executed([...first.account.requests.map(other => other.id), id])}, ...rest],
      };
    },
    'an engine never executed one that was served': ({client, gateway, engines}, which) => {
      const served = gateway.filter(({outcome, mirror}) => outcome === 'served' && !mirror);
      const lacking = served[at(served, which)];
      if (lacking === undefined) return null;
      return {
        ...{client, gateway},
        engines: engines.map(side =>
          side.arm === lacking.target && side.account !== null
            ? {...side, account: executed(side.account.requests.map(({id}) => id).filter(id => id !== lacking.id))}
            : side,
        ),
      };
    },
  };

  test.each(Object.entries(corruptions))('are found out where %s', async (_, corrupt) => {
    await fc.assert(
      fc.asyncProperty(someRequests, fc.nat(), async (requests, which) => {
        const corrupted = corrupt(journalOf(requests), which);
        if (corrupted === null) return;
        const {accounts, accounting} = await accountsFor(corrupted);
        expect(!accounts.agree || accounting.lost + accounting.duplicated > 0).toBe(true);
      }),
    );
  });
});

describe('what is told of single requests', () => {
  const one = (request: Partial<Request> = {}) => journalOf([{id: 's1-1', sentMs: 9000, mirrored: false, ...request}]);
  const [served] = one().gateway as [GatewayLine];

  test.each([
    [
      'a client without an answer to what the gateway served while the client waited',
      {...one({outcome: 'lost'}), gateway: [served]},
      'the client calls lost and the gateway served: s1-1.',
    ],
    ['taken twice', {...one(), gateway: [served, {...served, seq: 2}]}, 'the gateway took more than once: s1-1.'],
    ['nobody sent it', {...one(), client: []}, 'the gateway took, and the client never sent: s1-1.'],
    [
      'executed twice',
      {...one(), engines: [{arm: 'baseline', incarnation: 1, account: executed(['s1-1', 's1-1'])}]},
      'the baseline executed more often than the gateway asked it: s1-1.',
    ],
    [
      'executed nowhere',
      {...one(), engines: [{arm: 'baseline', incarnation: 1, account: executed([])}]},
      'the gateway calls served by the baseline, which never executed them: s1-1.',
    ],
  ] as [string, Journal, string][])('%s', async (_, journal, sentence) => {
    const {accounts} = await accountsFor(journal);
    expect(accounts.differences).toEqual([`1 request ${sentence}`]);
  });

  test('a gateway that could not be reached has lost the request, and nobody says otherwise', async () => {
    const {accounts, accounting} = await accountsFor({...one({outcome: 'lost'}), gateway: [], engines: []});
    expect(accounts.agree).toBe(true);
    expect(accounting.lost).toBe(1);
  });

  test.each(['served', 'refused', 'failed'] as const)(
    'an answer (%s) that came when its client had given up is lost, by the stamps of both, and no difference',
    async outcome => {
      const lost = one({outcome: 'lost', tookMs: 5000});
      const endedMs = 9000 + 5000;
      const told = async (endMs: number) => accountsFor({...lost, gateway: [{...served, outcome, endMs}]});
      const late = await told(endedMs + 18);
      expect(late.accounts.differences).toEqual([]);
      expect([late.tooLate, late.accounting.lost, late.accounting[outcome]]).toEqual([1, 1, 0]);
      const inTime = await told(endedMs - 0.001);
      expect(inTime.accounts.differences).toEqual([
        `1 request the client calls lost and the gateway ${outcome}: s1-1.`,
      ]);
      expect([inTime.tooLate, inTime.accounting.lost]).toEqual([0, 1]);
    },
  );

  test('what had no connection to go by has failed, and nobody can have taken it', async () => {
    const {client, ...rest} = one({outcome: 'failed'});
    const unsent = client.map(line => (line.event === 'ended' ? {...line, status: null, left: false as const} : line));
    const {accounts, accounting} = await accountsFor({client: unsent, gateway: [], engines: []});
    expect([accounts.differences, accounting.failed, accounting.lost]).toEqual([[], 1, 0]);
    const untold = await accountsFor({client, gateway: [], engines: []});
    expect(untold.accounting.lost).toBe(1);
    expect(untold.accounts.differences).toEqual([
      '1 request the client calls failed, and the gateway never took: s1-1.',
    ]);
    const taken = await accountsFor({...rest, client: unsent});
    expect(taken.accounts.differences).toEqual([
      '1 request the gateway took, and the client had no connection for: s1-1.',
    ]);
  });

  test('requests of other callers are counted apart: no difference, and no part of any sum', async () => {
    const own = one();
    const others = ['7c2f-curl', 's2-1', 's1-x'].map((id, at) => ({...served, id, seq: at + 2}));
    const gateway = [...own.gateway, ...others, {...served, id: '7c2f-curl', seq: 9, mirror: true}];
    for (const by of ['ids', 'counters'] as const) {
      const account: EngineAccount =
        by === 'ids' ? executed(['s1-1', ...others.map(({id}) => id)]) : {by, requests: [], finished: {embed: 4}};
      const engines: Rehearsal['engines'] = [{arm: 'baseline', incarnation: 1, account}];
      const {accounts, accounting, ofOthers} = await accountsFor({...own, gateway, engines});
      expect(accounts.differences).toEqual([]);
      expect([ofOthers, accounting.sent, accounts.gateway.taken, accounts.gateway.mirrored]).toEqual([3, 1, 1, 0]);
      expect(accounts.engines[0]).toMatchObject({finished: by === 'ids' ? 1 : 4, expected: 1});
    }
  });

  test('the standby in place of a server that refused the connection executes it once: no duplicate', async () => {
    const {accounts, accounting} = await accountsFor({...one(), gateway: [{...served, asked: 2}]});
    expect(accounts.agree).toBe(true);
    expect(accounting.duplicated).toBe(0);
  });

  test('counters may have more than the load in them, and not less', async () => {
    const counted = (finished: number): Rehearsal['engines'] => [
      {arm: 'baseline', incarnation: 1, account: {by: 'counters', requests: [], finished: {embed: finished}}},
    ];
    const gateway = [{...served, items: 8}];
    expect((await accountsFor({...one(), gateway, engines: counted(11)})).accounts).toMatchObject({
      ...{agree: true, engines: [{name: 'baseline 1', by: 'counters', finished: 11, expected: 8}]},
    });
    expect((await accountsFor({...one(), gateway, engines: counted(7)})).accounts.differences).toEqual([
      'baseline 1 has finished 7 sequences of embed, and the gateway got 8 from it.',
    ]);
  });

  test('an incarnation is asked for what was sent while it was there', async () => {
    const two = journalOf([
      {id: 'a', sentMs: 9000, mirrored: false},
      {id: 'b', sentMs: 80_000, mirrored: false},
    ]);
    const facts = rehearsalOf().sides[0] as Rehearsal['sides'][number];
    const {accounts} = await accountsFor(
      {
        ...two,
        engines: [
          {arm: 'baseline', incarnation: 1, account: null},
          {arm: 'baseline', incarnation: 2, account: executed(['b'])},
        ],
      },
      {sides: [facts, {...facts, incarnation: 2, atMs: 73_000}]},
    );
    expect(accounts.differences).toEqual([]);
    expect(accounts.engines).toEqual([
      {name: 'baseline 1', by: 'none', finished: null, expected: null},
      {name: 'baseline 2', by: 'ids', finished: 1, expected: 1},
    ]);
  });

  test('a killed client has not written all that it sent; a whole one has', async () => {
    const killed = {
      sittings: [
        {startedAt: '', startMs: 0, endMs: null},
        {startedAt: '', startMs: 20_000, endMs: 120_000},
      ],
    };
    const journal = {
      ...journalOf([
        {id: 's1-1', sentMs: 9000, mirrored: false},
        {id: 's1-2', sentMs: 9040, mirrored: false},
      ]),
    };
    const unwritten = {...journal, client: journal.client.slice(0, 2)};
    expect((await accountsFor(unwritten, killed)).accounts.agree).toBe(true);
    expect((await accountsFor(unwritten, killed)).cutOff).toEqual({requests: 1, gone: 0, answered: 1, untaken: 0});
    expect((await accountsFor(unwritten)).accounts.agree).toBe(false);
    const early = {
      ...journal,
      client: journal.client.slice(2),
      gateway: journal.gateway.map(line => (line.id === 's1-1' ? {...line, receivedMs: 1000} : line)),
    };
    expect((await accountsFor(early, killed)).accounts.agree).toBe(false);
  });
});
